#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# fwfs leaves the port as it found it, however it ends.

. "$(dirname "$0")/lib.sh"
need_fuse
need stty flock

# found: what is there is not what fwfs sets, nor what a port has by itself.
found() {
    stty -F "$T/tty" 2400 hupcl crtscts ixon ixoff icanon echo icrnl opost \
        min 3 time 7 intr ^T
    stty -F "$T/tty" -g > "$T/before"
}

# as_found WHAT
as_found() {
    wait_for 10 no_fwfs_left || fail "$1: fwfs still runs"
    stty -F "$T/tty" -g > "$T/after"
    note "$1: $(cat "$T/after")"
    equal "$(cat "$T/before")" "$(cat "$T/after")" "$1: the port"
    # A third party can open it: the exclusive flag is gone, too.
    setpriv --reuid 65534 --clear-groups true 2> /dev/null || return 0
    chmod 666 "$(readlink -f "$T/tty")"
    setpriv --reuid 65534 --clear-groups sh -c ": < $(readlink -f "$T/tty")" ||
        fail "$1: the port cannot be opened by others"
}

# is_raw: fwfs is at work.
is_raw() {
    stty -F "$T/tty" -a | grep -q -- -icanon
}

# ended SIGNAL OPTION...: fwfs is ended by it when the port is open, and dies of
# it, as a shell wants to know.
ended() {
    local signal=$1 code=0 pid

    shift
    "$FWFS" "$@" 2> "$T/err" &
    pid=$!
    pids+=("$pid")
    wait_for 10 is_raw || fail "fwfs $*: the port is not opened"
    sleep 0.3
    kill "-$signal" "$pid"
    wait "$pid" || code=$?
    equal $((128 + $(kill -l "$signal"))) "$code" "exit of fwfs $* by $signal"
    as_found "$signal, $*"
    note "$(cat "$T/err")"
    ! grep -qv power-cycle "$T/err" || fail "says more: $(cat "$T/err")"
}

noise 0x10000 port > "$T/flash"
start_sim --loader u-boot --flash "$T/flash" --baud 0
found
"$FWFS" --probe "$T/tty" > /dev/null
as_found probe

"$FWFS" --no-cache "$T/tty" "$T/mnt"
cmp "$T/mnt/flash.bin" "$T/flash"
is_raw || fail "what is being mounted is not raw"
unmount_fwfs
as_found umount

"$FWFS" --no-cache "$T/tty" "$T/mnt"
kill "$(fwfs_pids)"
as_found "SIGTERM to the daemon"

"$FWFS" --no-cache -f "$T/tty" "$T/mnt" &
pids+=($!)
wait_for 10 test -e "$T/mnt/flash.bin"
kill -INT $!
as_found "SIGINT, in the foreground"

# Errors behind the opening of the port, and before.
"$FWFS" --no-cache -d winbond --attach-timeout 2 "$T/tty" "$T/mnt" 2> "$T/err" &&
    fail "a U-Boot is no winbond"
as_found "a failed attach"
"$FWFS" --no-cache -s 'flash.bin:0:1K' "$T/tty" "$T/mnt" 2> "$T/err" &&
    fail "two files of a name"
as_found "a failed survey"
exec 9< "$T/tty"
flock 9
"$FWFS" --probe "$T/tty" > /dev/null 2>&1 && fail "the lock is not heeded"
as_found "a port in use"
exec 9<&-
stop_device

start_sim --loader u-boot --flash "$T/flash" --state hang
found
ended TERM --probe "$T/tty"
ended INT --probe "$T/tty"
ended TERM --no-cache "$T/tty" "$T/mnt"
ended HUP --no-cache -f "$T/tty" "$T/mnt"
stop_device

# The speed that the device was told is put back, too, long before the mount is
# live: every erase block of 1 MiB is looked at.
noise 0x100000 port > "$T/flash"
start_sim --loader u-boot --flash "$T/flash" --baud 115200
found
# looking OPTION...: ended while it looks for images.
looking() {
    local pid

    : > "$T/sim.log"
    "$FWFS" --speed max "$@" > /dev/null 2> "$T/err" &
    pid=$!
    pids+=("$pid")
    wait_for 20 grep -q '^!baud' "$T/sim.log" || fail "no speed is tried"
    wait_for 20 grep -q '^md.* 10$' "$T/sim.log" ||
        fail "nothing is looked at: $(cat "$T/err")"
    kill -TERM "$pid"
    wait "$pid" && fail "not ended by a signal"
    as_found "at another speed, $*"
    equal 115200 "$(sed -n 's/^!baud //p' "$T/sim.log" | tail -n 1)" \
        "the device's speed"
}

looking --probe --carve "$T/tty"
looking --no-cache -o carve=4K "$T/tty" "$T/mnt"
