#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Getting to the prompt: a board that has just been switched on, one that runs
# its system and is power-cycled when fwfs asks for it, one whose line editor
# holds what somebody else typed.

. "$(dirname "$0")/lib.sh"
need_fuse

noise 65536 attach > "$T/flash"

# works WHAT: the mount is there and right, no harm was done on the way.
works() {
    head -c 700 "$T/mnt/flash.bin" > "$T/head"
    same_part "$T/head" "$T/flash" 0 "$1"
    if grep '^!dangerous' "$T/sim.log"; then
        fail "$1: that was dangerous"
    fi
    unmount_fwfs
    stop_device
    rm "$T/sim.log"
}

power_on() {
    note "power on: $*"
    start_sim --flash "$T/flash" --state power-on "$@"
    mount_fwfs --no-cache --attach-timeout 20
    works "power on: $*"
}

# Opens the port in the middle of a countdown whose banner it missed. The
# countdown ticks each second; any phase must do.
join() {
    note "joined after $1 s"
    start_sim --flash "$T/flash" --state power-on --loader u-boot --autoboot 8
    sleep "$1"
    mount_fwfs --no-cache --attach-timeout 12
    works "joined after $1 s"
}

# Mounts a running board, which is power-cycled when fwfs asks for it.
power_cycle() {
    local mounter

    note "power cycle: $*"
    start_sim --flash "$T/flash" --state running "$@"
    : > "$T/err" # what the one before said
    "$FWFS" --no-cache --attach-timeout 30 "$T/tty" "$T/mnt" 2> "$T/err" &
    mounter=$!
    pids+=("$mounter")
    wait_for 10 grep -q power-cycle "$T/err" || fail "fwfs asks for nothing"
    equal 'fwfs: no prompt yet: power-cycle the device now' \
        "$(cat "$T/err")" message
    kill -USR1 "$console_pid"
    wait "$mounter" || fail "no prompt: $(cat "$T/err")"
    equal 1 "$(wc -l < "$T/err")" "lines on stderr"
    works "power cycle: $*"
}

leftover() {
    note "left over: $*"
    start_sim --flash "$T/flash" --baud 0 "$@"
    mount_fwfs --no-cache --attach-timeout 20
    works "left over: $*"
}

power_on --loader winbond
power_on --loader u-boot --format old --autoboot 5
power_on --loader u-boot --format new --autoboot 5 --ansi --keep-key --stop any
power_on --loader u-boot --autoboot 5 --stop ctrl-c

for phase in 0.5 0.9 1.7; do
    join $phase
done

power_cycle --loader winbond --autoboot 2
power_cycle --loader u-boot --ansi --autoboot 1

for loader in winbond u-boot; do
    leftover --loader $loader --leftover 'del'
    leftover --loader $loader --leftover 'del 0 -y '
    leftover --loader $loader --leftover '\e'
    leftover --loader $loader --leftover '"'
done
leftover --loader winbond --leftover \
    'del 6 ......................................................................'
leftover --loader u-boot --ansi --leftover 'erase all'
