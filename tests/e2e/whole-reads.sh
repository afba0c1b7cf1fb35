#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A read that cannot be had whole is an error. Fewer bytes than were asked for
# would be the end of the file to some programs.

. "$(dirname "$0")/lib.sh"
need_fuse
need dd

noise 262144 whole > "$T/flash"

# read_fails BYTES COUNT: dd, which asks once a block, and takes what it gets.
read_fails() {
    local code=0

    dd if="$T/mnt/flash.bin" of="$T/out" bs="$1" count="$2" status=none \
        2> "$T/err" || code=$?
    [ "$code" -ne 0 ] ||
        fail "dd bs=$1 ended well with $(stat -c %s "$T/out") bytes"
    grep -q 'Input/output error' "$T/err" || fail "dd: $(cat "$T/err")"
}

# The row at 0x5000 never comes: it is in the second of the pieces in which a
# read is fetched.
start_sim --loader u-boot --format new --flash "$T/flash" --baud 0 \
    --lose-row 0x9f005000
mount_fwfs
read_fails 128K 1
equal 0 "$(stat -c %s "$T/out")" "bytes that dd got"
read_fails 20992 1
# What is in front of it can be had, and was fetched once.
dd if="$T/mnt/flash.bin" of="$T/out" bs=20480 count=1 status=none
same_part "$T/out" "$T/flash" 0
cp "$T/mnt/flash.bin" "$T/copy" 2> "$T/err" && fail "cp ended well"
grep -q 'Input/output error' "$T/err" || fail "cp: $(cat "$T/err")"
# The same from the cache and from the line, in reads of its own size.
dd if="$T/mnt/flash.bin" of="$T/copy" bs=512 conv=noerror,sync status=none \
    2> /dev/null || true
cmp -n 20480 "$T/copy" "$T/flash"
cmp -i 20992 "$T/copy" "$T/flash"
unmount_fwfs
