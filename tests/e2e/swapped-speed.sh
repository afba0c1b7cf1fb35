#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# While nobody reads, the wires go to another board, which listens at half the
# speed: a U-Boot at its prompt, where somebody has typed an erase. What arrives
# there has other bits, and several of our characters in a row can be a line end.
# timeout: 60

. "$(dirname "$0")/lib.sh"
need python3
need_fuse

noise 65536 speed > "$T/flash"
: > "$T/sim.log"

# board NAME OPTION...: on $T/NAME
board() {
    "$SIM" --link "$T/$1" --log "$T/$1.log" --flash "$T/flash" "${@:2}" \
        > "$T/$1.out" &
    pids+=("$!")
    wait_for 5 grep -q ready "$T/$1.out"
}

board first --loader winbond --baud 115200
board second --loader u-boot --baud 57600 --strict-baud --state prompt \
    --last-command 'erase all'
python3 "$(dirname "$0")/relay.py" "$T/tty" "$T/first" "$T/second" \
    > "$T/relay.out" 2>&1 &
relay=$!
pids+=("$relay")
wait_for 5 grep -q ready "$T/relay.out"
mount_fwfs --no-cache -o readahead=0
head -c 1024 "$T/mnt/flash.bin" > /dev/null
sleep 1.2
kill -USR1 "$relay"
! timeout 6 dd if="$T/mnt/flash.bin" bs=512 count=1 skip=40 of=/dev/null \
    2> /dev/null || fail 'another board was read'
grep -q typed "$T/relay.out" || fail 'nothing was typed'
! grep . "$T/second.log" || fail "that was run, by: $(cat "$T/relay.out")"
umount "$T/mnt" || umount -l "$T/mnt"
wait_for 15 no_fwfs_left || fail 'fwfs runs on'
! grep . "$T/second.log" || fail 'that was run at the end'
