#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Real U-Boot of 64 bits: double words are the cheapest that it prints.
# alone: QEMU

. "$(dirname "$0")/lib.sh"
need_fuse
need qemu-system-aarch64 jq
loader=/usr/lib/u-boot/qemu_arm64/u-boot.bin
[ -e "$loader" ] || skip "no $loader (package u-boot-qemu)"

blank 64M > "$T/f0"
put "$loader" 0 "$T/f0"
noise 300000 data > "$T/data"
put "$T/data" 1400000 "$T/f0"
put "$T/data" $((0x2000000)) "$T/f0"
blank 64M > "$T/f1"
noise 4096 second > "$T/data1"
put "$T/data1" 0 "$T/f1"
start_qemu qemu-system-aarch64 -M virt -cpu cortex-a57 -m 256 \
    -drive "if=pflash,format=raw,file=$T/f0" \
    -drive "if=pflash,format=raw,file=$T/f1"

"$FWFS" --probe "$T/tty" > "$T/probe" || fail "probe: $(cat "$T/probe")"
for text in 'dump command: md.q ' 'double-words: in use, 3.' \
    'words are printed reversed (little-endian)'; do
    grep -qF "$text" "$T/probe" || fail "no '$text' in: $(cat "$T/probe")"
done

# bdinfo has the sum of two banks, which do not touch; half of each chip is in
# neither, for QEMU's chips are twice what this U-Boot makes of them. Whoever
# copies flash.bin is told that.
told="'bdinfo' tells of 0x04000000 bytes of flash at 0x00000000, 'flinfo' of"
told+=" 0x02000000 bytes at 0x00000000, 0x02000000 at 0x04000000"
contains "$(cat "$T/probe")" "# $told" \
    '0x00000000  0x02000000  flash         chip          flash.bin' \
    '0x04000000  0x02000000  flash2        chip          flash2.bin'
mount_fwfs --no-cache 2> "$T/err"
contains "$(cat "$T/err")" "fwfs: $told"
contains "$(cat "$T/mnt/.fwfs/status")" "note: $told"
contains "$(jq -r '.notes[]' "$T/mnt/.fwfs/status.json")" "$told"
contains "$("$FWFS" --status "$T/mnt")" "note: $told"
equal 33554432 "$(stat -c %s "$T/mnt/flash.bin")" 'size of flash.bin'
equal 33554432 "$(stat -c %s "$T/mnt/flash2.bin")" 'size of flash2.bin'
head -c 4096 "$T/mnt/flash2.bin" > "$T/part"
same_part "$T/part" "$T/f1" 0 'flash2.bin'
dd if="$T/mnt/flash.bin" of="$T/part" bs=64K skip=21 count=4 status=none
same_part "$T/part" "$T/f0" $((21 << 16)) '256 KiB of flash.bin'
equal 0 "$(status rows_bad)" 'bad rows'
unmount_fwfs

# What is in neither is read where the user names it.
mount_fwfs --no-cache -s gap:0x2000000:32M 2> "$T/err"
dd if="$T/mnt/gap" of="$T/part" bs=4K skip=8 count=1 status=none
same_part "$T/part" "$T/f0" $((0x2008000)) 'between the banks'
unmount_fwfs
