#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A board is taken off the cable, and another one, at its prompt, is put there
# 2.5 s later: while the cache is compared, and while a command is typed. No
# byte of the second is given for one of the first.
# alone: plugs are changed by the clock

. "$(dirname "$0")/lib.sh"
need_fuse
need jq python3

noise 131072 one > "$T/flash1"
noise 131072 two > "$T/flash2"

# two_boards FORMAT TYPED: at $T/first and $T/second, which speaks FORMAT; the
# cable is $T/tty.
two_boards() {
    start_sim --flash "$T/flash2" --baud 0 --loader u-boot --format "$1"
    mv "$T/tty" "$T/second"
    second_pid=$console_pid
    start_sim --flash "$T/flash1" --baud 0 --loader u-boot --format new
    mv "$T/tty" "$T/first"
    rm -f "$T/go" "$T/cable.out"
    setpriv --pdeathsig TERM python3 "$(dirname "$0")/swap.py" "$T/tty" \
        "$T/first" "$T/second" "$2" "$T/go" 2.5 > "$T/cable.out" &
    cable_pid=$!
    pids+=("$cable_pid")
    wait_for 5 grep -q ready "$T/cable.out" || fail "no cable"
}

no_boards() {
    end_process "$cable_pid"
    end_process "$console_pid"
    end_process "$second_pid"
    rm -f "$T/tty" "$T/first" "$T/second"
}

note "while the cache is compared"
start_sim --flash "$T/flash1" --baud 0 --loader u-boot --format new
mount_fwfs
cmp "$T/mnt/flash.bin" "$T/flash1" || fail "a wrong copy"
unmount_fwfs
stop_device
two_boards old 'crc32 '
code=0
timeout -k 5 120 "$FWFS" --cache-dir "$T/cache" "$T/tty" "$T/mnt" \
    2> "$T/err" || code=$?
grep -q '^on' "$T/cable.out" || fail "the board was not changed"
[ "$code" -ne 0 ] || fail "mounted with the identity of one and the cable in" \
    "the other: $(status identity)"
contains "$(cat "$T/err")" 'another device answers at'
no_boards

start_sim --flash "$T/flash1" --baud 0 --loader u-boot --format new
mount_fwfs
cmp "$T/mnt/flash.bin" "$T/flash1" || fail "the first one's cache is wrong"
equal 0 "$(status device_bytes_read)" "bytes read of the first one again"
unmount_fwfs
stop_device

note "while a command is typed"
two_boards old ''
mount_fwfs --no-cache -o readahead=0
dd if="$T/mnt/flash.bin" of="$T/half" bs=64K count=1 status=none
same_part "$T/half" "$T/flash1" 0 "before it is taken off"
touch "$T/go"
wait_for 5 grep -q '^off' "$T/cable.out" || fail "the board was not taken off"
if dd if="$T/mnt/flash.bin" of="$T/copy" bs=64K skip=1 status=none \
    2> "$T/dd.err"; then
    cmp -i 65536:0 "$T/flash1" "$T/copy" || fail "half a copy is the other's"
    fail "read from a board that is gone"
fi
contains "$(cat "$T/dd.err")" 'Input/output error'
equal yes "$(status exchanged)" "exchanged"
unmount_fwfs
no_boards
