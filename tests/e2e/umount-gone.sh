#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The device is gone, by its cable or with its port: readers get EIO, umount
# takes less than a second, and what is known can still be read.
# alone: how long umount takes

. "$(dirname "$0")/lib.sh"
need_fuse

noise 262144 gone > "$T/flash"

# Of the first 16 KiB; then the reader of $T/part, pending.
begin() {
    note "$*"
    start_sim --loader winbond --flash "$T/flash" --baud 460800
    mount_fwfs "$@"
    head -c 4096 "$T/mnt/flash.bin" > "$T/known"
    same_part "$T/known" "$T/flash" 0 "before"
}

read_behind() {
    dd if="$T/mnt/flash.bin" of="$T/part" bs=16K skip=8 count=1 status=none \
        2> "$T/dd.err" &
    reader=$!
    pids+=("$reader")
}

# Nobody can tell when a dump ends; fails while the reader waits.
reader_gone() {
    ! alive "$reader"
}

timed_umount() {
    local began

    began=$(now_ms)
    unmount_dir "$T/mnt"
    at_most $((1000 * SLOW)) $(($(now_ms) - began)) "ms for umount, $1"
    began=$(now_ms)
    wait_for 5 no_fwfs_left || fail "fwfs does not end, $1"
    at_most $((1500 * SLOW)) $(($(now_ms) - began)) "ms until fwfs ended, $1"
}

eio_after_timeout() {
    local began

    began=$(now_ms)
    wait "$reader" && fail "bytes from nowhere, $1"
    took=$(($(now_ms) - began))
    contains "$(cat "$T/dd.err")" 'Input/output error'
    [ ! -s "$T/part" ] || fail "bytes from nowhere, $1"
}

known_can_be_read() {
    head -c 4096 "$T/mnt/flash.bin" > "$T/known"
    same_part "$T/known" "$T/flash" 0 "what is known"
}

# The cable is pulled while a read is pending.
begin --timeout 2
kill -USR2 "$console_pid"
read_behind
eio_after_timeout "cable"
note "EIO after $took ms"
[ "$took" -ge 1500 ] || fail "gave up too early: $took ms"
at_most $((6000 * SLOW)) "$took" "ms until EIO with --timeout 2"
known_can_be_read
equal silent "$(status line)" line
timed_umount "cable"

# A pending read, then umount: EBUSY at once; and then the reader is ended.
mount_after_cable() {
    kill -USR2 "$console_pid" # plugged in again
    mount_fwfs "$@"
}
mount_after_cable --timeout 30
kill -USR2 "$console_pid"
read_behind
sleep 0.5
began=$(now_ms)
unmount_dir "$T/mnt" 2> "$T/err" && fail "umount with a reader"
at_most $((1000 * SLOW)) $(($(now_ms) - began)) "ms until umount says EBUSY"
kill -INT "$reader" 2> /dev/null
kill -TERM "$reader"
wait_for 1 reader_gone || fail "the reader cannot be ended"
timed_umount "reader ended"
stop_device

# SIGTERM of fwfs ends it although a read is pending, and unmounts.
begin --timeout 30
kill -USR2 "$console_pid"
read_behind
sleep 0.5
began=$(now_ms)
kill -TERM "$(fwfs_pids)"
wait_for 5 no_fwfs_left || fail "SIGTERM does not end fwfs"
at_most $((1500 * SLOW)) $(($(now_ms) - began)) "ms until SIGTERM ended fwfs"
wait "$reader" && fail "bytes from nowhere, SIGTERM"
[ -z "$(mounts_here)" ] || fail "SIGTERM left it mounted"
stop_device

# The port itself is gone, as of a USB adapter that is pulled.
begin --timeout 3
read_behind
sleep 0.3
stop_device KILL
eio_after_timeout "port"
at_most $((6000 * SLOW)) "$took" "ms until EIO when the port is gone"
known_can_be_read
equal gone "$(status line)" line
dd if="$T/mnt/flash.bin" of="$T/part" bs=16K skip=9 count=1 status=none \
    2> "$T/dd.err" && fail "bytes from nowhere, later"
timed_umount "port"
