#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every way in which a U-Boot wants its countdown to be stopped: after fwfs has
# asked for a power cycle it gets what it wants, and 8 KiB are the same.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 256

# stopped VARIANT [FWFS-OPTION...]
stopped() {
    local way=$1

    shift
    start_sim --loader u-boot --baud 0 --flash "$T/flash" --state running \
        --autoboot 1 --autoboot "$way"
    mount_at_power_on "$@" -s "good:0x9f000000:64K"
    note "$way"
    copied good 0 8192
    unmount_fwfs
    # The key that chose is the only one that the menu may see.
    ! grep '^!' "$T/sim.log" | grep -vx '!menu 4' | grep -qv '^!reset' ||
        fail "$way: $(grep -m 3 '^!' "$T/sim.log")"
    stop_device
    rm -rf "$T/cache" "$T/sim.log"
}

for way in any press-any ctrl-c press-ctrl-c space press-space esc-esc s-key \
    tpl tpl-magic slp gl; do
    stopped "$way"
done
stopped password -o password=letmein
stopped password-enter -o password=letmein
stopped ralink-menu
