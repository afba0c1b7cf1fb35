#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A port that is not there, is no port, has nothing behind it, or is in use:
# one line says so, exit 1, and nothing is left behind.
# alone: numbers of ptys

. "$(dirname "$0")/lib.sh"
need_fuse
need python3 flock

blank 64K > "$T/flash"
at=(--cache-dir "$T/cache" --attach-timeout 4)

refused 1 "${at[@]}" "$T/nothing" "$T/mnt"
contains "$message" "$T/nothing" 'no such port' '--list-ports'
refused 1 --probe "$T/nothing"
contains "$message" "$T/nothing" 'no such port'

refused 1 "${at[@]}" "$T/flash" "$T/mnt"
contains "$message" "$T/flash" 'not a serial port'
refused 1 "${at[@]}" "$T" "$T/mnt"
contains "$message" "$T" 'not a serial port'
refused 1 "${at[@]}" /dev/null "$T/mnt"
contains "$message" /dev/null
ln -s nowhere "$T/dangling"
refused 1 "${at[@]}" "$T/dangling" "$T/mnt"
contains "$message" "$T/dangling" 'no such port'

# Refuses too, with the plea for a power cycle before its last line.
refused_after_plea() {
    local code=0

    timeout -k 5 60 "$FWFS" "$@" 2> "$T/err" || code=$?
    equal 1 "$code" "exit code of fwfs $*"
    equal 'fwfs: no prompt yet: power-cycle the device now' \
        "$(head -n 1 "$T/err")" "first line"
    equal 2 "$(wc -l < "$T/err")" "lines on stderr"
    message=$(tail -n 1 "$T/err")
    note "$message"
    nothing_left "fwfs $*"
}

start_sim --loader u-boot --flash "$T/flash" --state hang
refused_after_plea "${at[@]}" "$T/tty" "$T/mnt"
contains "$message" "sent '\\x03\\x15 '" 'nothing came back'
refused_after_plea "${at[@]}" --foreground "$T/tty" "$T/mnt"
refused_after_plea "${at[@]}" --probe "$T/tty"
stop_device

python3 "$(dirname "$0")/garbage.py" "$T/garbage" > "$T/garbage.out" &
garbage=$!
pids+=("$garbage")
wait_for 5 grep -q ready "$T/garbage.out" || fail "no garbage"
refused_after_plea "${at[@]}" --attach-timeout 5 "$T/garbage" "$T/mnt"
contains "$message" "sent '" "came '" 'baud rate' ' -b'
end_process "$garbage"

# Somebody else's program that took the lock, or got it from its parent.
start_sim --loader u-boot --flash "$T/flash" --baud 0
port_is_taken=yes
exec 9< "$T/tty"
flock -n 9
sleep 60 &
holder=$!
pids+=("$holder")
exec 9<&-
refused 1 "${at[@]}" "$T/tty" "$T/mnt"
contains "$message" 'in use by pid '
end_process "$holder"

flock -n --no-fork "$T/tty" sleep 61 &
holder=$!
pids+=("$holder")
sleep_has_lock() {
    grep -q "FLOCK .* $holder " /proc/locks && grep -qx sleep "/proc/$holder/comm"
}
wait_for 5 sleep_has_lock || fail "no holder"
refused 1 "${at[@]}" "$T/tty" "$T/mnt"
contains "$message" "in use by pid $holder (sleep)"
refused 1 --probe "$T/tty"
contains "$message" "in use by pid $holder (sleep)"
end_process "$holder"
port_is_taken=

# Another fwfs.
mount_fwfs
daemon=$(fwfs_pids)
mkdir "$T/mnt2"
code=0
timeout 20 "$FWFS" "${at[@]}" "$T/tty" "$T/mnt2" 2> "$T/err" || code=$?
equal 1 "$code" "exit code of a second fwfs"
contains "$(cat "$T/err")" "in use by pid $daemon (fwfs)"
equal "$daemon" "$(fwfs_pids)" "processes of fwfs"
equal "$T/mnt" "$(mounts_here)" "mounts"
head -c 16 "$T/mnt/flash.bin" | cmp - <(blank 16) || fail "the first suffered"
unmount_fwfs
nothing_left "the first fwfs"
mount_fwfs
unmount_fwfs
