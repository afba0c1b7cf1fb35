#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The cheapest dump command that prints what the safe one does, and --probe
# which tells of it.

. "$(dirname "$0")/lib.sh"
need_fuse

letters 65536 rows > "$T/flash"

# copies SIM-OPTION...: all of it, right.
copies() {
    rm -f "$T/sim.log"
    start_sim --loader u-boot --flash "$T/flash" --baud 0 "$@"
    "$FWFS" --probe "$T/tty" > "$T/probe" || fail "probe: $*"
    mount_fwfs --no-cache -o verify=fast
    cp "$T/mnt/flash.bin" "$T/copy"
    same "$T/copy" "$T/flash" "$*"
    unmount_fwfs
}

# tells TEXT: --probe does.
tells() {
    grep -qF "$1" "$T/probe" || fail "not in --probe: $1: $(cat "$T/probe")"
}

copies
tells 'words: in use, '
tells 's-records: this boot loader lacks it'
tells 'double-words: this boot loader lacks it'
tells 'bytes: what others are compared with'
equal 2 "$(grep -c '^md\.b ' "$T/sim.log")" 'dumps of bytes: one a session'
stop_device

copies --has saves
tells 's-records: in use, '
tells 'words: costs more'
grep -q '^saves ' "$T/sim.log" || fail 'no S-records'
! grep -q '^md\.l ' "$T/sim.log" || fail 'words, though S-records are cheaper'
stop_device

copies --64 --format new
tells 'double-words: in use, '
tells 'proved, words are printed reversed'
grep -q '^md\.q ' "$T/sim.log" || fail 'no double words'
stop_device

copies --64 --format new --endian big
tells 'double-words: in use, '
tells 'proved, words are printed in memory order'
stop_device
