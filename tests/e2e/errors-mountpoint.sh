#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A mount point that is missing, no directory, taken or dead: said in one
# line, before anything is asked of the device.

. "$(dirname "$0")/lib.sh"
need_fuse

blank 64K > "$T/flash"
start_sim --loader u-boot --flash "$T/flash" --baud 0
at=(--cache-dir "$T/cache" "$T/tty")

refused 1 "${at[@]}" "$T/none"
contains "$message" "$T/none" mkdir
refused 1 "${at[@]}" "$T/flash"
contains "$message" "$T/flash" 'not a directory'
refused 1 "${at[@]}" "$T/flash/below"
contains "$message" "$T/flash/below"
[ ! -s "$T/sim.log" ] || fail "the device was asked: $(cat "$T/sim.log")"
[ ! -e "$T/cache" ] || fail "a cache was made"

# Taken: by another file system, by fwfs itself.
if [ "$(id -u)" -eq 0 ]; then
    mkdir "$T/other"
    mount -t tmpfs none "$T/other"
    code=0
    "$FWFS" "${at[@]}" "$T/other" 2> "$T/err" || code=$?
    equal 1 "$code" "exit code"
    equal 1 "$(wc -l < "$T/err")" "lines on stderr"
    contains "$(cat "$T/err")" "$T/other" 'mounted here already'
    umount "$T/other"
fi
mount_fwfs
code=0
"$FWFS" "${at[@]}" "$T/mnt" 2> "$T/err" || code=$?
equal 1 "$code" "exit code"
equal 1 "$(wc -l < "$T/err")" "lines on stderr"
contains "$(cat "$T/err")" "$T/mnt" 'mounted here already' fusermount3
equal "$T/mnt" "$(mounts_here)" "mounts"

# Dead: what kill -9 leaves.
kill -KILL "$(fwfs_pids)"
wait_for 5 no_fwfs_left
code=0
"$FWFS" "${at[@]}" "$T/mnt" 2> "$T/err" || code=$?
equal 1 "$code" "exit code"
contains "$(cat "$T/err")" "$T/mnt" died fusermount3
unmount_dir "$T/mnt"
nothing_left "a dead mount"

# A mount point by a relative path and a link, as good as any.
ln -s mnt "$T/link"
(cd "$T" && "$FWFS" --cache-dir cache tty link)
equal "$T/mnt" "$(mounts_here)" "mounts"
head -c 16 "$T/mnt/flash.bin" | cmp - <(blank 16) || fail "bytes differ"
[ -d "$T/cache" ] || fail "--cache-dir by a relative path: not there"
unmount_fwfs
