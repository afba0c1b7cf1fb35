#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the cache has stays there, also what today's map has no place for: a medium
# that the user makes smaller, moves, or does not name at all.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

noise 0x80000 grown > "$T/flash"
start_sim --loader u-boot --flash "$T/flash" --baud 0 \
    --without flinfo,bdinfo,mtd,mtdparts,printenv
id=

# as OPTION...: mounted, copied, unmounted. In $fetched: bytes of the device.
as() {
    mount_fwfs "$@" -o readahead=0
    id=$(status identity)
    cat "$T/mnt/x.bin" "$T/mnt/x" > "$T/copy" 2> /dev/null ||
        cat "$T/mnt/x" > "$T/copy"
    fetched=$(status device_bytes_read)
    cp "$T/mnt/.fwfs/status" "$T/status"
    unmount_fwfs
}

base=0x9f000000
as -s "x:$base:512K"
note "512K: $fetched bytes"
[ "$fetched" -ge $((0x80000)) ] || fail "only $fetched bytes were read"
as -s "x:$base:256K"
at_most 1024 "$fetched" "bytes read again of 256K"
cmp -n 262144 "$T/copy" "$T/flash" || fail "256K differ"
as -s "x:$base:512K"
at_most 1024 "$fetched" "bytes read again of 512K"
same "$T/copy" "$T/flash" "512K"

# Elsewhere, and back. A medium begins where the first of its segments does.
as -s "x:$((base + 0x20000)):128K"
same_part "$T/copy" "$T/flash" $((0x20000)) moved
moved=$fetched
as -s "x:$base:512K"
at_most 1024 "$fetched" "bytes read again after a move ($moved for that)"
as -s "x:$((base + 0x20000)):128K"
at_most 1024 "$fetched" "bytes read again of what was moved"

# The map of most is still there for --offline.
as -s "x:$base:1K"
stop_device
ls "$T/cache/$id"
found=
for file in "$T/cache/$id"/device.*; do
    ! grep -q $'\t0x80000\t' "$file" || found=$file
done
[ -n "$found" ] || fail "no map of 512K is kept aside"
mv "$found" "$T/cache/$id/device"
"$FWFS" --offline -c "$T/cache" "$id" "$T/mnt" || fail "--offline"
same "$T/mnt/x" "$T/flash" "without the device"
unmount_fwfs
"$FWFS" --list-caches -c "$T/cache" | tee "$T/list"
contains "$(awk -v id="$id" '$1 == id' "$T/list")" "640"
"$FWFS" --forget -c "$T/cache" "$id"
[ ! -e "$T/cache/$id" ] || fail "not all of it is forgotten"

# The same of a medium that no address reaches, and that the device does not tell
# of: it is as large as the user says.
rm -rf "$T/cache" "$T/sim.log"
start_persona realtek
ram=ram=0x80500000:1M
as -o "$ram" -s x:flash@0:512K
note "flash, 512K: $fetched bytes"
for size in 256K 512K 64K 512K; do
    as -o "$ram" -s "x:flash@0:$size"
    at_most 1024 "$fetched" "bytes of flash read again, $size"
    cmp -n "$(stat -c %s "$T/copy")" "$T/copy" "$T/flash" ||
        fail "flash: $size differ"
done
