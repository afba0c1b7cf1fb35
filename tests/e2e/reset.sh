#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Half of the chip faults when it is read. U-Boot resets, countdown and all;
# Winbond's loader goes on. Either way that half is EIO and the other is right.
# alone: a countdown, and what a reader waits

. "$(dirname "$0")/lib.sh"
need_fuse
need ddrescuelog

noise 65536 reset > "$T/flash"

# survives BASE SIM-OPTION...
survives() {
    local base=$1

    shift
    note "$*"
    start_sim --flash "$T/flash" --baud 0 --base "$base" \
        --abort-at $((base + 32768)) "$@"
    mount_fwfs --no-cache --timeout 20

    head -c 2000 "$T/mnt/flash.bin" > "$T/part"
    same_part "$T/part" "$T/flash" 0 "before"
    if dd if="$T/mnt/flash.bin" of="$T/bad" bs=1K skip=40 count=1 \
        status=none 2> "$T/dd.err"; then
        fail "what faults can be read"
    fi
    contains "$(cat "$T/dd.err")" 'Input/output error'
    [ ! -s "$T/bad" ] || fail "bytes that are none"
    [ "$(status blocks_bad)" -ge 1 ] || fail "no block counts as bad"

    dd if="$T/mnt/flash.bin" of="$T/part" bs=1K skip=4 count=20 status=none
    same_part "$T/part" "$T/flash" 4096 "after"
    # A read across the border gives what is before it, then EIO.
    dd if="$T/mnt/flash.bin" of="$T/part" bs=1K skip=30 count=4 status=none \
        2> "$T/dd.err" && fail "what faults can be read"
    equal 2048 "$(stat -c %s "$T/part")" "bytes before the border"
    same_part "$T/part" "$T/flash" 30720 "before the border"
    ddrescuelog -t "$T/mnt/.fwfs/flash.bin.map" > "$T/table"
    note "$(grep bad-sector "$T/table")"
    equal - "$(map_status flash.bin $((0xA000)))" "in the map"
    equal "?" "$(map_status flash.bin $((0xF000)))" "in the map, behind"
    equal + "$(map_status flash.bin 0)" "in the map, at 0"
    unmount_fwfs
    stop_device
}

survives 0x7F000000 --loader winbond
equal 0 "$(grep -c '^!reset' "$T/sim.log" || true)" "resets of Winbond's"
survives 0x9f000000 --loader u-boot --format new
resets=$(grep -c '^!reset' "$T/sim.log") || fail "U-Boot did not reset"
note "resets: $resets"
