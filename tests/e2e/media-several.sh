#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Several chips of a kind: each file has the bytes of its own chip, also where
# somebody else has selected another one, and after a reset.

. "$(dirname "$0")/lib.sh"
need_fuse
need jq

for n in 0 1; do
    noise 0x20000 "spi$n" > "$T/sf$n"
    noise 0x60000 "nand$n" > "$T/nand$n"
    noise 0x20000 "mmc$n" > "$T/mmc$n"
    noise 0x10000 "boot$n" > "$T/boot$n"
done
media=(sf0 sf1 nand0 nand1 mmc0 mmc1)
board=(--loader u-boot --spi "$T/sf0" --spi "$T/sf1" --nand "$T/nand0"
    --nand-bad 1 --nand "$T/nand1" --mmc "$T/mmc0" --mmc-boot "$T/boot0"
    --mmc "$T/mmc1" --mmc-boot "$T/boot1" --selected last --baud 0)
named=()
for m in "${media[@]}"; do
    named+=(-s "$m:$m@0:$(stat -c %s "$T/$m")")
done

count() {
    grep -c "$1" "$T/log" || true
}

# start OPTION...: the board with all of them, mounted
start() {
    rm -f "$T/log"
    start_sim "${board[@]}" --log "$T/log" "$@"
    mount_fwfs --no-cache -o verify=auto "${named[@]}"
}

# piece MEDIUM NUMBER: that piece of 16 KiB is right
piece() {
    dd if="$T/mnt/$1" of="$T/got" bs=16K skip="$2" count=1 status=none
    same_part "$T/got" "$T/$1" $(($2 * 16384)) "$1, piece $2"
}

stop() {
    equal 0 "$(count '!dangerous')" "dangerous commands"
    unmount_fwfs
    stop_device
}

for format in new old; do
    note "one after the other, $format"
    start --format $format
    for m in "${media[@]}"; do
        [ "$m" != nand0 ] || continue # block 1 of it is bad
        cp "$T/mnt/$m" "$T/got"
        same "$T/got" "$T/$m" "$m"
    done
    piece nand0 0
    piece nand0 16
    stop
done

note "in turns"
start --format new
for i in 0 1 2 3; do
    for m in "${media[@]}"; do
        piece "$m" $i
    done
done
at_most 16 "$(count '^nand device')" "selections"
stop

# The reset selects the first chip of each kind.
note "resets in between"
start --format new --autoboot 2 --reset-after 200000 --reset-times 3
for i in 4 2 0; do
    for m in mmc1 sf1 nand1 mmc0 sf0 nand0; do
        piece "$m" $i
    done
done
equal 3 "$(count '!reset')" resets
stop

# A chip that is not there gives no bytes of another one.
note "no such chip"
start_sim --loader u-boot --spi "$T/sf0" --mmc "$T/mmc0" --nand "$T/nand0" \
    --format new --baud 0
mount_fwfs --no-cache "${named[@]}"
for m in sf1 mmc1; do
    ! cat "$T/mnt/$m" > "$T/got" 2> /dev/null || fail "$m was read"
    equal 0 "$(stat -c %s "$T/got")" "bytes of $m"
done
contains "$(status last_error)" "mmc1 is not selected"
unmount_fwfs
stop_device

# The user names what the boot loader does not tell of.
note "NAND of unknown size"
noise 0x600000 large > "$T/large"
start_sim --loader u-boot --nand "$T/large" --format old --baud 0
mount_fwfs --no-cache -s kernel:nand0@0x200000:4M
head -c 65536 "$T/mnt/kernel" > "$T/got"
same_part "$T/got" "$T/large" $((0x200000)) kernel
equal 4194304 "$(stat -c %s "$T/mnt/kernel")" "size of kernel"
unmount_fwfs
stop_device
