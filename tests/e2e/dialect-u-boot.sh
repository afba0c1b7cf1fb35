#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Whole sessions with U-Boot and the media that it has no addresses for: serial
# flash in four styles, NAND with bad blocks, eMMC with two kinds of tables,
# and S-records for what is mapped.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

MKDISK=$(dirname "$0")/../sim/mkdisk.sh
parts='spi0.0:4m@0(all),128k@0(boot),64k(env),-(rootfs)'
make_flash 4096

# board FWFS-OPTION... -- SIM-OPTION...: from power-on
board() {
    local options=()

    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    note "$*"
    start_sim --loader u-boot --baud 0 --state running --autoboot 1 "$@"
    mount_at_power_on "${options[@]}"
    equal u-boot "$(status dialect)" dialect
}

# board_ends [RETRIES]
board_ends() {
    equal "${1-0}" "$(status retries)" retries
    unmount_fwfs
    ! grep -qE '^!(dangerous|menu [^4])' "$T/sim.log" ||
        fail "sent: $(grep -m 3 '^!' "$T/sim.log")"
    stop_device
    rm -rf "$T/cache" "$T/sim.log"
}

for style in 2010 2013 new; do
    board -- --spi "$T/flash" --spi-style $style --mtdparts "$parts"
    sized sf0.bin $((0x400000))
    sized env $((0x10000))
    copied rootfs $((0x30000))
    confirmed env checksum
    board_ends
done

board -- --spi "$T/flash" --spi-style ralink --autoboot ralink-menu
sized spi0.bin $((0x400000))
copied spi0.bin 0
board_ends

board -- --spi "$T/flash" --map smeminfo \
    --mtdparts 'spi0.0:256k(0:SBL1),64k(0:ART),-(rootfs)'
sized 0:ART $((0x10000))
copied rootfs $((0x50000))
confirmed 0:ART checksum
board_ends

# Block 2 is bad: that is EIO, and what is behind it is not shifted.
board -- --nand "$T/flash" --nand-bad 2,9 --format new
sized nand0.bin $((0x400000))
copied nand0.bin 0
for at in 0x3fe00 0x60000 0x11fe00 0x140000; do
    dd if="$T/mnt/nand0.bin" of="$T/part" bs=512 skip=$((at / 512)) count=1 \
        status=none
    same_part "$T/part" "$T/flash" $((at)) "$at"
done
for at in 0x40000 0x5fe00 0x120000 0x13fe00; do
    ! dd if="$T/mnt/nand0.bin" of=/dev/null bs=512 skip=$((at / 512)) count=1 \
        status=none 2> "$T/err" || fail "$at is in a bad block"
    grep -q 'Input/output error' "$T/err" || fail "$at: $(cat "$T/err")"
done
board_ends 4 # one for each of these

board -s good:0x9f020000:64K -- --flash "$T/flash" --has saves
sized flash.bin $((0x400000))
copied good $((0x20000))
grep -q '^saves ' "$T/sim.log" || fail 'no S-records were asked for'
board_ends

# disk KIND PART...: a partition table into the image.
disk() {
    head -c 17408 /dev/zero |
        dd of="$T/flash" bs=17408 conv=notrunc status=none
    bash "$MKDISK" "$1" "$T/flash" "${@:2}"
}

disk dos 64:1000 2048:2048:0c
board -- --mmc "$T/flash"
sized mmc0.bin $((0x400000))
sized 1 $((1000 * 512))
sized 2 $((0x100000))
copied 2 $((0x100000))
board_ends

disk gpt 64:64:boot 2048:4096:rootfs
board -- --mmc "$T/flash"
sized boot $((0x8000))
sized rootfs $((0x200000))
copied rootfs $((0x100000))
confirmed boot checksum
board_ends
