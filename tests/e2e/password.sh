#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A password is for the device alone: it is in no list of processes, whichever
# way it was given, in no message, in nothing that is shown or kept.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
need ps

secret=letmein

make_flash 256

# not_in WHAT FILE...
not_in() {
    ! grep -rqsa "$secret" "${@:2}" || fail "the password is in $1"
}

# What anybody on the machine sees of fwfs and of those that started it.
not_shown() {
    local pid

    [ -n "$(fwfs_pids)" ] || fail "$1: no fwfs runs"
    for pid in $(fwfs_pids); do
        ps -ww -o args= -p "$pid" >> "$T/ps"
        tr '\0' ' ' < "/proc/$pid/cmdline" >> "$T/ps"
    done
    not_in "ps, $1" "$T/ps"
    not_in "the table of mounts, $1" /proc/self/mountinfo /run/mount/utab
}

# given OPTION...: it stops U-Boot's countdown, given that way.
given() {
    local pid

    note "$*"
    start_sim --loader u-boot --baud 0 --flash "$T/flash" --state running \
        --autoboot 1 --autoboot password
    "$FWFS" --cache-dir "$T/cache" -vv "$@" -s good:0x9f000000:64K \
        "$T/tty" "$T/mnt" > "$T/mount.out" 2>&1 &
    pid=$!
    pids+=("$pid")
    wait_for 10 grep -q power-cycle "$T/mount.out" ||
        fail "nobody is asked for the power: $(cat "$T/mount.out")"
    not_shown "$*, waiting"
    kill -HUP "$console_pid"
    wait "$pid" || fail "fwfs $*: $(cat "$T/mount.out")"
    not_shown "$*, mounted"
    copied good 0 8192
    not_in messages "$T/mount.out"
    cp -r "$T/mnt/.fwfs" "$T/told"
    not_in .fwfs "$T/told"
    unmount_fwfs
    not_in "the cache" "$T/cache"
    stop_device
    rm -rf "$T/cache" "$T/told" "$T/ps"
}

given -o "password=$secret"
given -o "password=other,ro,password=$secret"
given "-vo" "ro,password=$secret,noatime"
given -o "password=$secret" --options="password=$secret"
