#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What is confirmed, by which route, and what that costs; fwfs --verify.

. "$(dirname "$0")/lib.sh"
need_fuse
need genromfs jq getfattr

noise 131072 verify > "$T/flash"
camera_flash "$T/camera" 30000

# verified CODE FWFS-ARGUMENT...: fwfs --verify ends with it; what it says is in
# $said.
verified() {
    local want=$1 code=0

    shift
    said=$(timeout -k 5 60 "$FWFS" --verify "$@" 2>&1) || code=$?
    note "$said"
    equal "$want" "$code" "exit of --verify $*"
}

wait_confirmed() {
    local size

    size=$(stat -c %s "$T/mnt/$1")
    wait_for 20 eval "[ \"\$(file_status $1 $2)\" -ge $((size - 512)) ]" ||
        fail "$1: $2 is $(file_status "$1" "$2")"
}

note "auto, by the device's checksum"
start_sim --loader u-boot --format new --flash "$T/flash" --baud 0
mount_fwfs
cp "$T/mnt/flash.bin" "$T/copy"
same "$T/copy" "$T/flash"
equal 131072 "$(file_status flash.bin confirmed_checksum)" "confirmed"
equal crc32 "$(status route)" route
# A block of 1 KiB comes by two commands, which are compared.
at_most $((131072 + 1024)) "$(status device_bytes_read)" "bytes fetched"
at_most 24 "$(status checksums)" "checksums asked"
contains "$(getfattr --only-values -n user.fwfs.confirmed "$T/mnt/flash.bin")" \
    "131072 checksum=131072"
contains "$("$FWFS" --status "$T/mnt")" "confirmed by crc32"
verified 0 "$T/mnt"
contains "$said" "131072 bytes confirmed"
verified 0 --against "$T/flash" "$T/mnt/flash.bin"
printf 'other bytes' > "$T/other"
cp "$T/flash" "$T/image"
put "$T/other" 70000 "$T/image"
verified 1 --against "$T/image" "$T/mnt/flash.bin"
contains "$said" 0x00011170 differ
unmount_fwfs
stop_device

note "changed behind its back"
put "$T/other" 20001 "$T/flash"
start_sim --loader u-boot --format new --flash "$T/flash" --baud 0
mount_fwfs
verified 1 "$T/mnt" flash.bin
# By rows, or by the whole block if it was noticed before.
contains "$said" differed
grep -q -E '0x00004e(20-0x00004e2f|00-0x00004fff)' <<< "$said" ||
    fail "what differed: $said"
cmp "$T/mnt/flash.bin" "$T/flash" || fail "it was not fetched anew"
verified 0 "$T/mnt" flash.bin
# The block that changed, by two commands: the first read of this session.
at_most 1024 "$(status device_bytes_read)" "bytes fetched anew"
unmount_fwfs
stop_device

note "auto, no checksum: read twice, by two commands"
start_sim --loader winbond --flash "$T/camera" --baud 0
mount_fwfs --no-cache
cp "$T/mnt/romfs.img" "$T/copy"
same_part "$T/copy" "$T/camera" $((0xE0000))
size=$(stat -c %s "$T/copy")
at_most $((2 * size + 2048)) "$(status device_bytes_read)" "bytes fetched"
equal "second reading" "$(status route)" route
# The last piece makes the image whole, and its own checksum confirms that.
equal 16384 "$(file_status romfs.img confirmed_reread)" "read twice"
equal $((size - 16384)) "$(file_status romfs.img confirmed_image)" \
    "confirmed by the image"
for command in "d -b 0x7F0E0" "d -s 0x7F0E0"; do
    grep -q "^$command" "$T/sim.log" || fail "no $command"
done
unmount_fwfs

note "fast: read once, the image's own checksum does the rest"
mount_fwfs --no-cache -o verify=fast
cp "$T/mnt/romfs.img" "$T/copy"
same_part "$T/copy" "$T/camera" $((0xE0000))
wait_confirmed romfs.img confirmed_image
# The footer, and the last block that is not all of the image.
at_most $((size + 4096)) "$(status device_bytes_read)" "bytes fetched"
unmount_fwfs

note "rows: read once, nothing confirmed, unless somebody asks"
mount_fwfs -o verify=rows
cp "$T/mnt/romfs.img" "$T/copy"
equal 0 "$(file_status romfs.img confirmed_image)" "confirmed"
at_most $((size + 2048)) "$(status device_bytes_read)" "bytes fetched"
verified 0 "$T/mnt" romfs.img
wait_confirmed romfs.img confirmed_image
# Loaded by the next mount, whose mode wants it confirmed: nothing is read.
unmount_fwfs
mount_fwfs
cp "$T/mnt/romfs.img" "$T/copy"
equal 0 "$(status device_bytes_read)" "bytes fetched by the second mount"
unmount_fwfs
stop_device

note "rows, a checksum command that computes something else"
start_sim --loader u-boot --format new --flash "$T/flash" --baud 0 --crc-lies
mount_fwfs -o verify=rows --cache-dir "$T/lies"
cp "$T/mnt/flash.bin" "$T/copy"
same "$T/copy" "$T/flash"
unmount_fwfs
stop_device

note "such a device again: its cache is found, and read again"
start_sim --loader u-boot --format new --flash "$T/flash" --baud 0 --crc-lies
mount_fwfs --cache-dir "$T/lies"
dd if="$T/mnt/flash.bin" of="$T/copy" bs=4K count=2 status=none
same_part "$T/copy" "$T/flash" 0
unmount_fwfs
equal 1 "$(find "$T/lies" -mindepth 1 -maxdepth 1 -type d | wc -l)" caches
stop_device
