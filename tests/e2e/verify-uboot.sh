#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
# fwfs --verify on real U-Boot: 4 MiB in seconds, and a byte that was changed
# behind its back is found, named and fetched anew.
# alone: QEMU

. "$(dirname "$0")/lib.sh"
need_fuse
need qemu-system-arm python3 jq
loader=/usr/lib/u-boot/qemu_arm/u-boot.bin
[ -e "$loader" ] || skip "no $loader (package u-boot-qemu)"

size=$((4 << 20))
blank 64M > "$T/f0"
put "$loader" 0 "$T/f0"
noise $((size - 1048576)) verify > "$T/data"
put "$T/data" 1048576 "$T/f0"
blank 64M > "$T/f1"

boot() {
    rm -f "$T/qemu.out"
    start_qemu qemu-system-arm -M virt -cpu cortex-a15 -m 256 \
        -drive "if=pflash,format=raw,file=$T/f0" \
        -drive "if=pflash,format=raw,file=$T/f1"
    mount_fwfs --segment "part.bin:0:$size"
}

boot
cp "$T/mnt/part.bin" "$T/copy"
same_part "$T/copy" "$T/f0" 0
equal $size "$(file_status part.bin confirmed_checksum)" "confirmed"
begun=$(now_ms)
"$FWFS" --verify "$T/mnt" part.bin
took=$(($(now_ms) - begun))
at_most $((3000 * SLOW)) "$took" "ms to verify 4 MiB"
"$FWFS" --verify --against "$T/copy" "$T/mnt/part.bin"
unmount_fwfs
stop_device KILL 2> /dev/null

printf 'X' > "$T/x"
put "$T/x" $((0x2ABCDE)) "$T/f0"
boot
code=0
said=$("$FWFS" --verify "$T/mnt" part.bin) || code=$?
note "$said"
equal 1 "$code" "exit of --verify after a change"
contains "$said" "0x002abc00-0x002abdff (512 bytes) differed"
cp "$T/mnt/part.bin" "$T/copy"
same_part "$T/copy" "$T/f0" 0 "fetched anew"
# And blocks of U-Boot with so many runs of zeros that asking costs more.
at_most 36864 "$(status device_bytes_read)" "bytes fetched anew"
"$FWFS" --verify "$T/mnt" part.bin
unmount_fwfs
