#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Somebody typed `erase` or `sf erase` before, and an empty line would run it
# again: nothing that fwfs does at U-Boot's prompt is one, whatever happens.
# timeout: 600

. "$(dirname "$0")/lib.sh"
need_fuse

noise 65536 last > "$T/flash"
sum=$(sha256sum < "$T/flash")

ours='$|!|md\.|crc32|version$|bdinfo|flinfo|printenv|help|mtd|smem|sf |nand '
ours+='|mmc |part |setenv baudrate '

# What was run is ours, and the flash is what it was.
nothing_else() {
    note "$*: $(wc -l < "$T/sim.log") lines, resets" \
        "$(grep -c '^!reset' "$T/sim.log" || true)"
    if grep -E '^!(foreign|dangerous|changed)' "$T/sim.log"; then
        fail "$*: that was run"
    fi
    # Not what noise made of a command of ours: it was not run.
    grep -m 3 -vE "^($ours)" "$T/sim.log" > "$T/others" || true
    [ ! -s "$T/others" ] || fail "$*: not ours: $(cat "$T/others")"
    equal "$sum" "$(sha256sum < "$T/flash")" "$*: the flash"
}

# board SIM-OPTION...: a new one, where it was typed.
board() {
    start_sim --loader u-boot --flash "$T/flash" --base 0x9f000000 "$@"
}

# session WHAT FWFS-OPTION...: mounts, reads all, unmounts.
session() {
    local what=$1

    shift
    mount_fwfs --no-cache "$@"
    cp "$T/mnt/flash.bin" "$T/copy"
    same "$T/copy" "$T/flash" "$what"
    unmount_fwfs
    nothing_else "$what"
}

for options in '--format old --shell simple' '--format new --shell simple' \
    '--format new --shell hush' \
    '--format old --shell simple --prompt MT7628_#_ --eol lfcr'; do
    read -ra board <<< "$options"
    board=("${board[@]//_/ }")
    note "${board[*]}"
    board --baud 0 "${board[@]}"
    timeout 60 "$FWFS" --probe "$T/tty" > "$T/out" ||
        fail "probe: exit $?"
    nothing_else "probe"
    session "recognised"
    session "known" --dialect u-boot
    stop_device
done

# What both sides say is damaged, and the prompt is won back again and again.
for seed in 1 2 3; do
    board --baud 230400 --format new
    start_faultline --both --seed $seed --flip 2000 --drop 3000 --double 3000
    mount_fwfs --no-cache --timeout 60
    head -c 16384 "$T/mnt/flash.bin" > "$T/copy" || true
    same_part "$T/copy" "$T/flash" 0 "noise $seed"
    unmount_fwfs
    note "faults: $(faults)"
    nothing_else "noise $seed"
    stop_faultline
    stop_device
done

# It starts anew, and somebody else's command is forgotten; ours are not.
board --baud 230400 --format new --reset-after 40000 --reset-times 2
session "resets" --timeout 60
stop_device

# Raised, killed, found again, put back.
board --baud 115200 --format new
mount_fwfs --no-cache --speed max
head -c 4096 "$T/mnt/flash.bin" > "$T/copy"
same_part "$T/copy" "$T/flash" 0 "raised"
note "speed: $(status speed)"
for pid in $(fwfs_pids); do
    kill -KILL "$pid"
done
wait_for 10 no_fwfs_left || fail "killed and still there"
unmount_dir "$T/mnt"
session "found again"
stop_device
