#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Flash that is not on the bus: through RAM, around bad blocks, over a reset.

. "$(dirname "$0")/lib.sh"
need_fuse
need jq

noise 0x40000 spi > "$T/spi"
noise 0x60000 nand > "$T/nand"
noise 0x20000 mmc > "$T/mmc"

# count PATTERN: commands that the board ran
count() {
    grep -c "$1" "$T/log" || true
}

# The whole of a chip is read in few commands, confirmed by a copy of its own.
for style in 2010 new; do
    note "$style"
    rm -f "$T/log"
    start_sim --loader u-boot --spi "$T/spi" --spi-style $style \
        --mmc "$T/mmc" --format new --baud 0 --log "$T/log"
    mount_fwfs --no-cache
    cp "$T/mnt/sf0.bin" "$T/got"
    same "$T/got" "$T/spi" "sf0.bin, $style"
    at_most 12 "$(count '^sf read')" "commands that read"
    cp "$T/mnt/mmc0.bin" "$T/got"
    same "$T/got" "$T/mmc" "mmc0.bin"
    grep -q '^0x00000000 .*  sf0 ' "$T/mnt/.fwfs/segments" ||
        fail "no offset in the table"
    equal 0x00000000 "$(getfattr --only-values -n user.fwfs.address \
        "$T/mnt/sf0.bin" 2> /dev/null)" "address"
    equal 0 "$(count '!dangerous')" "dangerous commands"
    unmount_fwfs
    stop_device
done

# A bad block costs itself; what lies behind it does not move.
note "bad blocks"
rm -f "$T/log"
start_sim --loader u-boot --nand "$T/nand" --nand-bad 1 --format new \
    --baud 0 --log "$T/log"
mount_fwfs --no-cache
dd if="$T/mnt/nand0.bin" of="$T/got" bs=128K count=1 status=none
same_part "$T/got" "$T/nand" 0 "before the bad block"
dd if="$T/mnt/nand0.bin" of="$T/got" bs=128K skip=2 status=none
same_part "$T/got" "$T/nand" 262144 "behind the bad block"
equal 131072 "$(stat -c %s "$T/got")" "bytes behind it"
if dd if="$T/mnt/nand0.bin" of="$T/got" bs=4K skip=32 count=1 2> /dev/null; then
    fail "a bad block was read"
fi
contains "$(status last_error)" "bad block at 0x20000"
at_most 12 "$(count '^nand read')" "commands that read"
unmount_fwfs
stop_device

# A reset empties RAM: it is filled again, by a chip that is probed again.
note "reset"
rm -f "$T/log"
start_sim --loader u-boot --spi "$T/spi" --format new --baud 0 \
    --autoboot 2 --reset-after 300000 --reset-times 1 --log "$T/log"
mount_fwfs --no-cache
cp "$T/mnt/sf0.bin" "$T/got"
same "$T/got" "$T/spi" "sf0.bin over a reset"
equal 1 "$(count '!reset')" resets
equal 1 "$(status resets)" "resets seen"
unmount_fwfs
stop_device

# The cache: the same medium another time, and without the device.
note "cache"
start_sim --loader u-boot --spi "$T/spi" --nand "$T/nand" --format new --baud 0
mount_fwfs -c "$T/cache"
head -c 16384 "$T/mnt/sf0.bin" > "$T/got"
same_part "$T/got" "$T/spi" 0 "beginning"
unmount_fwfs
mount_fwfs -c "$T/cache"
head -c 16384 "$T/mnt/sf0.bin" > "$T/got"
same_part "$T/got" "$T/spi" 0 "beginning, cached"
at_most 8192 "$(status device_bytes_read)" "bytes read again"
unmount_fwfs
stop_device
