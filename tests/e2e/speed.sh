#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The line raised while it is used: by both loaders, as far as it carries, and
# put back at the end. A wrong speed garbles every character.
# timeout: 200

. "$(dirname "$0")/lib.sh"
need_fuse
need jq python3

# flash SIZE
flash() {
    size=$1
    noise "$size" speed > "$T/flash"
}

# start LOADER OPTION...
start() {
    local loader=$1

    shift
    : > "$T/sim.log"
    start_sim --loader "$loader" --flash "$T/flash" --baud 115200 "$@"
}

# The speeds that the loader was told, in one line.
told() {
    sed -n 's/^!baud //p' "$T/sim.log" | tr '\n' ' '
}

# copied WHAT: the flash, as it is now
copied() {
    cp "$T/mnt/flash.bin" "$T/copy" || fail "$1: cp: exit $?"
    same "$T/copy" "$T/flash" "$1"
}

# raised WHAT SPEED SPEEDS-TOLD LOADER OPTION...: mounted with $limit, copied
raised() {
    local what=$1 speed=$2 want=$3 loader=$4

    shift 4
    note "$what"
    start "$loader" "$@"
    mount_fwfs --no-cache --speed "$limit"
    equal "$speed" "$(status speed)" "$what: speed"
    copied "$what"
    equal "$speed" "$(status speed)" "$what: speed behind the copy"
    equal "0 0" "$(status rows_bad) $(status resets)" "$what: damaged, resets"
    unmount_fwfs
    equal "$want" "$(told)" "$what: told"
    stop_device
}

flash 16384
limit=max
raised winbond 460800 '460800 115200 ' winbond
raised u-boot 921600 '921600 115200 ' u-boot
raised 'a table that ends early' 230400 '230400 115200 ' u-boot \
    --bauds 9600,115200,230400
raised 'damaged above 300000' 230400 '460800 115200 230400 115200 ' \
    winbond --max-baud 300000
limit=300000
raised 'no faster than asked' 230400 '230400 115200 ' u-boot

note 'rows that come damaged later on'
limit=max
bad=()
for ((i = 0; i < 12; i++)); do
    bad+=(--bad-row "$((0x7f001000 + i * 0x50)):1")
done
start winbond "${bad[@]}"
mount_fwfs --no-cache --speed max
equal 460800 "$(status speed)" 'speed at first'
copied 'damaged later on'
equal 230400 "$(status speed)" 'speed in the end'
equal 0 "$(status resets)" resets
note "damaged or lost: $(status rows_bad) $(status rows_lost)"
unmount_fwfs
equal '460800 115200 230400 115200 ' "$(told)" told
stop_device

note 'not asked for'
start u-boot
mount_fwfs --no-cache
equal 115200 "$(status speed)" speed
unmount_fwfs
equal '' "$(told)" told

note 'shown by --probe'
shown=$("$FWFS" --probe --speed 460800 "$T/tty") || fail "--probe: exit $?"
contains "$shown" '460800 baud, raised from 115200'
equal '460800 115200 ' "$(told)" 'told by --probe'
stop_device
