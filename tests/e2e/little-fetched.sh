#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Only what is asked for is fetched: a few bytes of a chip, one file out of a
# compressed file system of 2 MiB.

. "$(dirname "$0")/lib.sh"
need_fuse
need python3 mksquashfs

python3 "$(dirname "$0")/tree.py" "$T/root"
mksquashfs "$T/root" "$T/squashfs" -comp xz -all-root -all-time 0 \
    -mkfs-time 0 -quiet -no-progress
small=etc/init.d/network
size=$(stat -c %s "$T/squashfs")
note "squashfs of $size bytes, small file of $(stat -c %s "$T/root/$small")"
noise 0x400000 flash > "$T/flash"
put "$T/squashfs" $((0x100000)) "$T/flash"

# head_is_cheap SIM-OPTION...
head_is_cheap() {
    start_sim --flash "$T/flash" --baud 0 "$@"
    mount_fwfs --no-cache
    head -c 64 "$T/mnt/flash.bin" > "$T/head"
    same_part "$T/head" "$T/flash" 0 "head of flash.bin"
    at_most 1024 "$(status device_bytes_read)" "head -c 64: bytes fetched, $2"
    unmount_fwfs
    stop_device
}

mount_squashfs() {
    start_sim --loader u-boot --format new --flash "$T/flash" --baud 0
    mount_fwfs --no-cache --segment "rootfs:0x9f100000:$size"
    mkdir -p "$T/inner"
}

head_is_cheap --loader winbond
head_is_cheap --loader u-boot

if [ "$(id -u)" -eq 0 ] && grep -qw squashfs /proc/filesystems; then
    mount_squashfs
    # Without -t mount(8) tries what it could be and reads 110 KiB for that.
    mount -t squashfs -o loop,ro "$T/mnt/rootfs" "$T/inner"
    same "$T/inner/$small" "$T/root/$small"
    at_most 40960 "$(status device_bytes_read)" "through loop: bytes fetched"
    umount "$T/inner"
    unmount_fwfs
    stop_device
else
    note "no loop mount here"
fi

if command -v squashfuse > /dev/null; then
    mount_squashfs
    squashfuse "$T/mnt/rootfs" "$T/inner"
    same "$T/inner/$small" "$T/root/$small"
    at_most 16384 "$(status device_bytes_read)" \
        "through squashfuse: bytes fetched"
    unmount_dir "$T/inner"
    unmount_fwfs
    stop_device
else
    note "no squashfuse here"
fi
