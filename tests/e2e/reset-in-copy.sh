#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The device is reset in the middle of a cp: it takes longer and is right.
# timeout: 400
# alone: four boards, QEMU

. "$(dirname "$0")/lib.sh"
need_fuse
need jq python3

size=$((1 << 20))
noise $size reset > "$T/flash"

known_is_over() {
    [ "$(file_status "$file" known)" -gt "$1" ]
}

copied() {
    cmp "$T/copy" "$T/flash" || fail "$1: a wrong copy"
    note "resets: $(status resets), read: $(status device_bytes_read)"
    [ "$(status resets)" -ge 1 ] || fail "$1: it was not reset"
    unmount_fwfs
}

# reset_by WHAT COMMAND...: in the middle of the copy
reset_by() {
    local what=$1 copier

    shift
    cp "$T/mnt/$file" "$T/copy" &
    copier=$!
    pids+=("$copier")
    wait_for 60 known_is_over $((size / 4)) || fail "$what: nothing comes"
    "$@"
    wait "$copier" || fail "$what: cp: exit $?"
    copied "$what"
}

# simulated WHAT SIM-OPTION...: by a signal; then when it has printed so much.
simulated() {
    local what=$1

    shift
    note "$what"
    file=flash.bin
    start_sim --flash "$T/flash" --baud 0 "$@"
    mount_fwfs --no-cache
    reset_by "$what" kill -HUP "$console_pid"
    stop_device

    start_sim --flash "$T/flash" --baud 0 --reset-after 1000000,1500000 \
        --reset-times 2 "$@"
    mount_fwfs --no-cache
    cp "$T/mnt/$file" "$T/copy" || fail "$what, by itself: cp: exit $?"
    copied "$what, by itself"
    stop_device
}

# virtual WHAT ADDRESS: what is at $T/tty
virtual() {
    note "$1"
    file=part.bin
    mount_fwfs --no-cache --segment "part.bin:$2:$size"
    reset_by "$1" qemu_command system_reset
    stop_device
}

malta() {
    local loader=/usr/lib/u-boot/maltael/u-boot.bin

    blank 4M > "$T/chip"
    put "$loader" 0 "$T/chip"
    put "$T/flash" $((2 << 20)) "$T/chip"
    # The board's bus swaps the bytes of each word.
    python3 -c 'import array, sys
words = array.array("I", sys.stdin.buffer.read())
words.byteswap()
sys.stdout.buffer.write(words.tobytes())' < "$T/chip" > "$T/swapped"
    start_qemu qemu-system-mipsel -M malta -cpu 24Kf -m 256 -vga none \
        -drive "if=pflash,format=raw,file=$T/swapped"
    virtual malta 0xbe200000
}

arm() {
    local loader=/usr/lib/u-boot/qemu_arm/u-boot.bin

    blank 64M > "$T/chip"
    put "$loader" 0 "$T/chip"
    put "$T/flash" $((2 << 20)) "$T/chip"
    start_qemu qemu-system-arm -M virt -cpu cortex-a15 -m 256 \
        -drive "if=pflash,format=raw,file=$T/chip"
    virtual arm 0x200000
}

simulated winbond --loader winbond
simulated u-boot --loader u-boot
simulated "u-boot without crc32" --loader u-boot --without crc32

need socat qemu-system-mipsel qemu-system-arm
[ -d /usr/lib/u-boot ] || skip "no /usr/lib/u-boot (package u-boot-qemu)"
malta
arm
