#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Real U-Boot on a virtual ARM board with two chips of NOR flash and an
# environment that names its partitions.
# alone: QEMU

. "$(dirname "$0")/lib.sh"
need_fuse
need qemu-system-arm mksquashfs python3 jq
need_loop
loader=/usr/lib/u-boot/qemu_arm/u-boot.bin
[ -e "$loader" ] || skip "no $loader (package u-boot-qemu)"

# The second chip begins with U-Boot's environment: CRC-32, then NAME=VALUE
# and a NUL each.
make_environment() {
    python3 - "$1" << 'END'
import struct, sys, zlib
settings = (b"bootdelay=1", b"baudrate=115200", b"mtdids=nor0=nor0,nor1=nor1",
            b"mtdparts=mtdparts=nor0:1m(u-boot),3m(rootfs),-(data)")
rest = (b"\0".join(settings) + b"\0").ljust(0x40000 - 4, b"\0")
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<I", zlib.crc32(rest)) + rest)
END
}

mkdir "$T/root"
noise 100000 library > "$T/root/library.so"
noise 3000 small > "$T/root/small.conf"
seq 20000 > "$T/root/numbers.txt"
mksquashfs "$T/root" "$T/squashfs" -comp xz -quiet -no-progress -all-root
squashfs_size=$(stat -c %s "$T/squashfs")

blank 64M > "$T/f0"
put "$loader" 0 "$T/f0"
put "$T/squashfs" 1048576 "$T/f0"
noise 900000 data > "$T/data"
put "$T/data" 1400000 "$T/f0"
blank 64M > "$T/f1"
make_environment "$T/env"
put "$T/env" 0 "$T/f1"

start_qemu qemu-system-arm -M virt -cpu cortex-a15 -m 256 \
    -drive "if=pflash,format=raw,file=$T/f0" \
    -drive "if=pflash,format=raw,file=$T/f1"

options=(--segment "image.sqsh:0x100000:$squashfs_size")
mount_fwfs "${options[@]}"
# U-Boot's nor0 is a bank: half of QEMU's chip.
equal 33554432 "$(stat -c %s "$T/mnt/flash.bin")" "size of flash.bin"
equal u-boot "$(status dialect)" dialect
equal $((3 << 20)) "$(stat -c %s "$T/mnt/rootfs")" "size of rootfs"
equal $((28 << 20)) "$(stat -c %s "$T/mnt/data")" "size of data"
contains "$(cat "$T/mnt/.fwfs/transcript")" 'mtdids=nor0=nor0'

# The squashfs and what follows it.
dd if="$T/mnt/flash.bin" of="$T/part" bs=64K skip=16 count=16 status=none
equal 1048576 "$(stat -c %s "$T/part")" "bytes copied"
same_part "$T/part" "$T/f0" 1048576 "1 MiB of flash.bin"
cp "$T/mnt/image.sqsh" "$T/image"
same "$T/image" "$T/squashfs"
at_most $((1048576 + 1024)) "$(status device_bytes_read)" "bytes fetched"

mkdir "$T/loop"
mount -o loop,ro "$T/mnt/image.sqsh" "$T/loop"
same "$T/loop/small.conf" "$T/root/small.conf"
same "$T/loop/library.so" "$T/root/library.so"
umount "$T/loop"
mount -o loop,ro "$T/mnt/rootfs" "$T/loop"
same "$T/loop/numbers.txt" "$T/root/numbers.txt"
umount "$T/loop"
unmount_fwfs

# The same again: nothing from the device but a block or two, in front of which
# nothing is cached: a record may begin there, which a CRC-32 cannot see change.
mount_fwfs "${options[@]}" -o readahead=0
dd if="$T/mnt/flash.bin" of="$T/part" bs=64K skip=16 count=16 status=none
same_part "$T/part" "$T/f0" 1048576 "1 MiB of flash.bin, again"
mount -o loop,ro "$T/mnt/image.sqsh" "$T/loop"
same "$T/loop/small.conf" "$T/root/small.conf"
umount "$T/loop"
at_most 4096 "$(status device_bytes_read)" "device_bytes_read of the second mount"
unmount_fwfs
