#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A raised line that ends badly: resets, signals, a killed fwfs, a device gone, a
# speed at which nothing passes.
# timeout: 250

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

flash 16384
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
    : > "$T/err" # what the one before said must not be taken for this one's
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
