#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# U-Boot of all ages and both byte orders: its partitions, copied as they are.

. "$(dirname "$0")/lib.sh"
need_fuse
need jq

noise 0x100000 uboot > "$T/flash"
blank 70000 > "$T/blank"
put "$T/blank" 300000 "$T/flash"

# copies OPTION...: of the simulator
copies() {
    local parts='nor0:64k(u-boot),192k(kernel),256k(rootfs),-(data)'

    note "$*"
    start_sim --loader u-boot --flash "$T/flash" --baud 0 --mtdparts "$parts" \
        "$@"
    mount_fwfs --no-cache
    equal 1048576 "$(stat -c %s "$T/mnt/flash.bin")" "size of flash.bin"
    equal 65536 "$(stat -c %s "$T/mnt/u-boot")" "size of u-boot"
    equal 196608 "$(stat -c %s "$T/mnt/kernel")" "size of kernel"
    equal 262144 "$(stat -c %s "$T/mnt/rootfs")" "size of rootfs"
    equal 524288 "$(stat -c %s "$T/mnt/data")" "size of data"
    cp "$T/mnt/kernel" "$T/kernel"
    cp "$T/mnt/rootfs" "$T/rootfs"
    same_part "$T/kernel" "$T/flash" 65536 "kernel, $*"
    same_part "$T/rootfs" "$T/flash" 262144 "rootfs, $*"
    dd if="$T/mnt/flash.bin" of="$T/tail" bs=1000 skip=1040 status=none
    same_part "$T/tail" "$T/flash" 1040000 "end of flash.bin, $*"
    equal 0 "$(status retries)" retries
    unmount_fwfs
    stop_device
}

for format in old middle new; do
    for endian in little big; do
        copies --format $format --endian $endian
    done
done
copies --format new --64
copies --format old --prompt 'ath> ' --eol lfcr
copies --format middle --mtdparts-in bootargs --without mtdparts,mtd
