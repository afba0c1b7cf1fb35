#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The line raised while it is used: by both loaders, as far as it carries, and
# put back whatever happens. A wrong speed garbles every character.
# timeout: 300
# alone: a line with a pace

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

# --- it ends badly ---------------------------------------------------------

known_is_over() {
    [ "$(file_status flash.bin known)" -gt "$1" ]
}

# copying WHAT: in the background, begun; its process is $copier
copying() {
    cp "$T/mnt/flash.bin" "$T/copy" 2> "$T/cp.err" &
    copier=$!
    pids+=("$copier")
    wait_for 30 known_is_over $((size / 4)) || fail "$1: nothing comes"
}

flash 32768
for loader in winbond u-boot; do
    note "$loader is reset in the middle"
    start $loader
    mount_fwfs --no-cache --speed max
    speed=$(status speed)
    copying reset
    kill -HUP "$console_pid"
    wait "$copier" || fail "reset: cp: exit $?"
    same "$T/copy" "$T/flash" reset
    equal 1 "$(status resets)" resets
    equal "$speed" "$(status speed)" "speed behind the reset"
    unmount_fwfs
    equal "$speed 115200 " "$(told | cut -d ' ' -f 2-3) " 'told behind the reset'

    note "$loader, ended by a signal in the middle"
    : > "$T/sim.log"
    mount_fwfs --no-cache --speed max
    copying signal
    begun=$(now_ms)
    kill -TERM "$(fwfs_pids)"
    wait_for 10 no_fwfs_left || fail "fwfs still runs after SIGTERM"
    at_most $((1500 * SLOW)) $(($(now_ms) - begun)) 'ms to end'
    wait "$copier" && fail "signal: cp was not told"
    equal "$speed 115200 " "$(told)" 'told by a session that was ended'

    note "$loader, killed in the middle"
    : > "$T/sim.log"
    mount_fwfs --no-cache --speed max
    copying kill
    kill -KILL "$(fwfs_pids)"
    wait "$copier" && fail "kill: cp was not told"
    unmount_fwfs
    equal "$speed " "$(told)" 'told by a session that was killed'
    mount_fwfs --no-cache
    equal 115200 "$(status speed)" 'speed of the next one'
    equal "$speed 115200 " "$(told)" 'told by the next one'
    copied 'the next one'
    unmount_fwfs

    note "$loader loses power while it is raised"
    mount_fwfs --no-cache --speed max
    kill -STOP "$console_pid"
    begun=$(now_ms)
    unmount_fwfs
    at_most $((2500 * SLOW)) $(($(now_ms) - begun)) 'ms to end'
    kill -CONT "$console_pid"
    stop_device
done

note 'a speed at which nothing passes: the device has to be started anew'
flash 8192
for loader in winbond u-boot; do
    start $loader --max-baud-dead 300000
    "$FWFS" --no-cache --speed max "$T/tty" "$T/mnt" 2> "$T/err" &
    mounting=$!
    pids+=("$mounting")
    wait_for 60 grep -q 'power-cycle the device now' "$T/err" ||
        fail "nobody asked for a power cycle: $(cat "$T/err")"
    kill -HUP "$console_pid"
    wait "$mounting" || fail "$loader: exit $?: $(cat "$T/err")"
    equal 115200 "$(status speed)" "speed of $loader"
    copied "$loader, started anew"
    unmount_fwfs
    stop_device
done
