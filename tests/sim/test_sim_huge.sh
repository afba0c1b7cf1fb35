#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Checks that the simulator takes sparse media larger than its memory.

. "$(dirname "$0")/lib.sh"

# start_quickly NAME OPTION...: in a second, with 16 MiB of memory at most.
start_quickly() {
    local name=$1 before after kib

    shift
    before=$(date +%s%N)
    start_sim --loader u-boot --baud 0 --format new --64 "$@"
    after=$(date +%s%N)
    check "$name: milliseconds to start" $(((after - before) / 1000000)) \
        -lt 1000
    kib=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$pid/status")
    check "$name: KiB of memory" "$kib" -lt 16384
}

# mark FILE OFFSET: 16 bytes of its own there.
mark() {
    printf 'at %-13x' "$2" | dd of="$1" bs=16 seek=$(($2 / 16)) conv=notrunc \
        status=none
}

test_mmc() {
    truncate -s 128G "$dir/mmc"
    mark "$dir/mmc" $((0x1fffffe000))
    start_quickly 'eMMC of 128 GiB' --mmc "$dir/mmc"
    ub 'mmc read 82000000 ffffff0 10;md.b 82000000 10'
    holds 'eMMC: its end' '82000000: 61 74 20 31 66 66 66 66 66 65 30 30 30 '
    ub 'mmc info'
    holds 'eMMC: its size' 'User Capacity: 128 GiB'
    ub 'mmc read 82000000 ffffff0 11'
    holds 'eMMC: behind its end' '0 blocks read: ERROR'
}

test_flash() {
    truncate -s 6G "$dir/flash"
    mark "$dir/flash" 0
    mark "$dir/flash" $((0x100000000))
    mark "$dir/flash" $((0x17ffffff0))
    start_quickly 'flash of 6 GiB' --flash "$dir/flash" --base 0x400000000
    ub 'md.b 400000000 10'
    holds 'flash: its start' '400000000: 61 74 20 30 20 '
    ub 'md.b 500000000 10'
    holds 'flash: 4 GiB on' '500000000: 61 74 20 31 30 30 30 30 30 30 30 30 '
    ub 'md.q 57ffffff0 2'
    holds 'flash: its end, and md.q' \
        '57ffffff0: 6666663731207461 2020202030666666  at 17ffffff0    '
    ub 'crc32 500000000 10'
    holds 'flash: crc32' \
        "crc32 for 500000000 ... 50000000f ==> $(printf 'at %-13x' \
            $((0x100000000)) | gzip -c | tail -c 8 | od -An -tx4 -N4 |
            tr -d ' ')"
    ub 'bdinfo'
    holds 'flash: bdinfo' 'flashstart  = 0x0000000400000000'
    holds 'flash: bdinfo, its size' 'flashsize   = 0x0000000180000000'
}

test_mmc
test_flash
finish
