#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Real U-Boot on a virtual MIPS board, little endian, with no map of its own
# but the chip.
# alone: QEMU

. "$(dirname "$0")/lib.sh"
need_fuse
need qemu-system-mipsel python3
loader=/usr/lib/u-boot/maltael/u-boot.bin
[ -e "$loader" ] || skip "no $loader (package u-boot-qemu)"

blank 4M > "$T/flash"
put "$loader" 0 "$T/flash"
noise 400000 malta > "$T/noise"
put "$T/noise" 2097152 "$T/flash"
# The board's bus swaps the bytes of each word.
python3 -c 'import array, sys
words = array.array("I", sys.stdin.buffer.read())
words.byteswap()
sys.stdout.buffer.write(words.tobytes())' < "$T/flash" > "$T/swapped"

start_qemu qemu-system-mipsel -M malta -cpu 24Kf -m 256 -vga none \
    -drive "if=pflash,format=raw,file=$T/swapped"

probed=$(timeout 60 "$FWFS" --probe "$T/tty") || fail "--probe: exit $?"
contains "$probed" 'maltael # ' u-boot 'U-Boot 20'
nothing_left --probe

mount_fwfs
equal 4194304 "$(stat -c %s "$T/mnt/flash.bin")" "size of flash.bin"
dd if="$T/mnt/flash.bin" of="$T/part" bs=64K skip=31 count=4 status=none
equal 262144 "$(stat -c %s "$T/part")" "bytes copied"
same_part "$T/part" "$T/flash" $((31 * 65536)) "256 KiB of flash.bin"
# From where the boot loader lies; the word at 0x10 is the board's own.
dd if="$T/mnt/flash.bin" of="$T/part" bs=1K skip=1 count=31 status=none
same_part "$T/part" "$T/flash" 1024 "the boot loader"
note "fetched: $(status device_bytes_read)"
unmount_fwfs

mount_fwfs -o readahead=0
dd if="$T/mnt/flash.bin" of="$T/part" bs=64K skip=31 count=4 status=none
same_part "$T/part" "$T/flash" $((31 * 65536)) "256 KiB of flash.bin, again"
equal 0 "$(status device_bytes_read)" "device_bytes_read of the second mount"
unmount_fwfs
