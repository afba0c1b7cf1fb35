#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
# Real U-Boot, with its own crc32 and cmp: records that carry their own CRC-32
# were changed while the board was off, and are not answered as they were.
# alone: QEMU

. "$(dirname "$0")/lib.sh"
need_fuse
need qemu-system-arm python3 jq
here=$(dirname "$0")
loader=/usr/lib/u-boot/qemu_arm/u-boot.bin
[ -e "$loader" ] || skip "no $loader (package u-boot-qemu)"

# The samples of a mount do not see the records: 64 KiB of each eighth.
size=$((4 << 20))
noise $size records > "$T/old"
python3 "$here/records.py" "$T/old" 0x20000 old
cp "$T/old" "$T/new"
python3 "$here/records.py" "$T/new" 0x20000 new
blank 64M > "$T/f0"
put "$loader" 0 "$T/f0"
blank 64M > "$T/f1"

# boot OLD-OR-NEW OPTION...
boot() {
    put "$T/$1" $((2 << 20)) "$T/f0"
    shift
    start_qemu qemu-system-arm -M virt -cpu cortex-a15 -m 256 \
        -drive "if=pflash,format=raw,file=$T/f0" \
        -drive "if=pflash,format=raw,file=$T/f1"
    mount_fwfs --segment "part.bin:0x200000:$size" "$@"
}

off() {
    unmount_fwfs
    stop_device KILL 2> /dev/null
}

copy_is() {
    cp "$T/mnt/part.bin" "$T/copy"
    same "$T/copy" "$T/$1" "$2"
}

boot old
copy_is old "first copy"
off

boot new
"$FWFS" --verify --against "$T/new" "$T/mnt/part.bin"
contains "$(cat "$T/mnt/.fwfs/transcript")" "word(s) were the same"
code=0
said=$("$FWFS" --verify --against "$T/old" "$T/mnt/part.bin") || code=$?
note "$said"
equal 1 "$code" "exit of --against the old"
contains "$said" "old is not what part.bin has"
[ "$(file_status part.bin known)" -gt 0 ] || fail "the cache was not taken"
copy_is new "with the cache of before"
at_most $((512 << 10)) "$(status device_bytes_read)" "bytes fetched"
off

boot old
copy_is old "with the cache of the new"
off

boot new
code=0
said=$("$FWFS" --verify "$T/mnt" part.bin) || code=$?
note "$said"
equal 1 "$code" "exit of --verify"
copy_is new "after --verify"
off

{ head -c $((2 << 20)) "$T/f0" && cat "$T/old"; } > "$T/reference"
boot new --no-cache --reference "$T/reference"
copy_is new "with the old as a reference"
at_most $((512 << 10)) "$(status device_bytes_read)" "bytes fetched"
off
