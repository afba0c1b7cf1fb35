#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The line of a real U-Boot raised: it refuses what its table lacks, changes
# where it can, and is put back. QEMU's line has no pace: only the talk counts.
# timeout: 120
# alone: QEMU

. "$(dirname "$0")/lib.sh"
need_fuse
need jq python3 qemu-system-mipsel
loader=/usr/lib/u-boot/maltael/u-boot.bin
[ -e "$loader" ] || skip "no $loader (package u-boot-qemu)"

noise 65536 speed > "$T/part"
blank 4M > "$T/chip"
put $loader 0 "$T/chip"
put "$T/part" $((2 << 20)) "$T/chip"
# The board's bus swaps the bytes of each word.
python3 -c 'import array, sys
words = array.array("I", sys.stdin.buffer.read())
words.byteswap()
sys.stdout.buffer.write(words.tobytes())' < "$T/chip" > "$T/swapped"
start_qemu qemu-system-mipsel -M malta -cpu 24Kf -m 256 -vga none \
    -drive "if=pflash,format=raw,file=$T/swapped"

# Its table ends at 115200, where it is: nothing to gain.
part=part.bin:0xbe200000:65536
mount_fwfs --no-cache --speed max --segment $part
equal 115200 "$(status speed)" 'speed at the end of its table'
contains "$(cat "$T/mnt/.fwfs/transcript")" 'Baudrate 921600 bps not supported'
unmount_fwfs

# Down by hand, so that there is a way up.
"$BUILD/fwfs-expect" "$T/tty" 's:setenv baudrate 57600\r' p:1000 's:\r' p:1000 \
    's:\r' p:500 > "$T/said"
contains "$(cat "$T/said")" 'Switch baudrate to 57600'
for i in 1 2; do
    mount_fwfs --no-cache --baud 57600 --speed max --segment $part
    equal 115200 "$(status speed)" "speed of mount $i"
    same "$T/mnt/part.bin" "$T/part" "mount $i"
    equal 0 "$(status rows_bad)" 'damaged rows'
    unmount_fwfs
done
