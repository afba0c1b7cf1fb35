#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# One character of a command that copies to RAM arrives as a line end, so that
# its beginning runs: U-Boot is not overwritten, and what is read is right.
# timeout: 120

. "$(dirname "$0")/lib.sh"
need_fuse
need python3

# staged REGEX FILE OPTION...: a board with hush, and a read of the middle of a
# chip while its command is torn. Read by default is all the rest of the chip,
# which has no room in RAM.
staged() {
    rm -f "$T/sim.log"
    start_sim --loader u-boot --format new --shell hush --baud 0 \
        --ram 0x80000000:16M "${@:3}"
    torn "$1"
    mount_fwfs --no-cache -o readahead=0
    dd if="$T/mnt/$2" of="$T/copy" bs=64K skip=1 count=1 status=none
    same_part "$T/copy" "$T/chip" 65536 "$2"
    ran
    unmount_fwfs
    stop_device
}

noise 0x1000000 chip > "$T/chip"
spi=(--spi "$T/chip" --spi-style new)
nand=(--nand "$T/chip")
mtd=("${nand[@]}" --without nand --mtdparts 'nand0:-(all)')
staged 'echo fwfs"-' sf0.bin "${spi[@]}"
staged 'sf read \S+ \S+ ' sf0.bin "${spi[@]}"
staged 'nand read \S+ \S+ ' nand0.bin "${nand[@]}"
staged 'mtd read \S+ ' all "${mtd[@]}"
staged 'mtd read \S+ \S+ ' all "${mtd[@]}"
