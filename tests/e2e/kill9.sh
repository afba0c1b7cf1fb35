#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# kill -9 of fwfs in the middle of a copy: after another mount the copy is
# right, and only what came in the last second is fetched again.
# alone: it counts what was read before

. "$(dirname "$0")/lib.sh"
need_fuse
need genromfs jq
total=$((160 * 1024))

camera_flash "$T/flash" $((total - 2048))
total=$(stat -c %s "$T/romfs")
start_sim --loader winbond --flash "$T/flash" --baud 921600
mount_fwfs

known_is_over() {
    [ "$(file_status romfs.img known)" -gt "$1" ]
}

cp "$T/mnt/romfs.img" "$T/copy" 2> "$T/cp.err" &
copier=$!
pids+=("$copier")
wait_for 20 known_is_over 40000 || fail "nothing comes"
# This much must survive what happens 1.5 s later.
safe=$(file_status romfs.img known)
sleep 1.5
daemon=$(fwfs_pids)
[[ $daemon =~ ^[0-9]+$ ]] || fail "not one daemon: '$daemon'"
lately=$(file_status romfs.img known)
kill -KILL "$daemon"
wait "$copier" && fail "cp did not notice"
note "known 1.5 s before: $safe, when killed: $lately of $total"
[ "$lately" -lt "$total" ] || fail "killed too late"

message=$("$FWFS" --status "$T/mnt" 2>&1) && fail "--status of a dead mount"
contains "$message" died fusermount3
unmount_dir "$T/mnt"
nothing_left "kill -9"

mount_fwfs
known=$(file_status romfs.img known)
cp "$T/mnt/romfs.img" "$T/copy2"
same "$T/copy2" "$T/romfs"
note "known after: $known"
[ "$known" -ge "$safe" ] || fail "lost more than the last 1.5 s: $known"
# Read twice, but for what was safe once at least.
at_most $((2 * total - safe)) "$(status device_bytes_read)" \
    "bytes fetched by the second mount"
unmount_fwfs
