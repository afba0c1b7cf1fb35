#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A camera with Winbond's boot loader: names and sizes of its own map, every
# file copied as it is, at full speed and paced as at 115200.

. "$(dirname "$0")/lib.sh"
need_fuse
need genromfs jq

camera_flash "$T/flash" 20000
start_sim --loader winbond --flash "$T/flash" --baud 0
mount_fwfs

listing=$(stat -c '%n %s %a' "$T/mnt"/* | sed "s,^$T/mnt/,,")
equal "BOOT INFO $(stat -c %s "$T/bootinfo") 444
bootloader.bin 65536 444
flash.bin 4194304 444
linux.bin $(stat -c %s "$T/linux.gz") 444
romfs.img $(stat -c %s "$T/romfs") 444" "$listing" listing

cp "$T/mnt/BOOT INFO" "$T/copy.info"
cp "$T/mnt/linux.bin" "$T/copy.linux"
cp "$T/mnt/romfs.img" "$T/copy.romfs"
cp "$T/mnt/bootloader.bin" "$T/copy.loader"
same "$T/copy.info" "$T/bootinfo"
same "$T/copy.linux" "$T/linux.gz"
same "$T/copy.romfs" "$T/romfs"
same_part "$T/copy.loader" "$T/flash" 0
gzip -t < "$T/mnt/linux.bin" || fail "linux.bin does not unpack"
known=$(file_status flash.bin known)
unmount_fwfs

# All of the chip, by a mount that remembers the parts.
mount_fwfs
cp "$T/mnt/flash.bin" "$T/copy.flash"
same "$T/copy.flash" "$T/flash"
# Each byte twice, and the order of bytes in words is proved again.
# Footers are read for the proof of images.
at_most $((2 * (4194304 - known) + 0x1000)) "$(status device_bytes_read)" fetched
equal 4194304 "$(file_status flash.bin known)" "known of flash.bin"
equal 0 "$(status retries)" retries
unmount_fwfs
stop_device

# Bytes that come at the pace of the real line, twice.
start_sim --loader winbond --flash "$T/flash" --baud 115200
mount_fwfs --no-cache
begun=$(now_ms)
cp "$T/mnt/romfs.img" "$T/paced.romfs"
took=$(($(now_ms) - begun))
same "$T/paced.romfs" "$T/romfs"
note "$(stat -c %s "$T/romfs") bytes in $took ms at 115200"
[ "$took" -ge 8000 ] || fail "too fast to have been paced: $took ms"
at_most $((40000 * SLOW)) "$took" "ms for romfs.img at 115200"
equal 0 "$(status retries)" retries
unmount_fwfs
