#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Winbond's editor of memory takes a line end for "write this". Somebody has
# left it open, or noise makes an `e` of a `d`: no line end is typed into it.

. "$(dirname "$0")/lib.sh"
need_fuse

noise 65536 editor > "$T/flash"

# board SIM-OPTION...
board() {
    start_sim --loader winbond --flash "$T/flash" "$@"
}

# somebody_types TEXT: and goes away.
somebody_types() {
    exec 8<> "$T/tty"
    stty raw -echo <&8
    printf '%b' "$1" >&8
    timeout 0.5 cat <&8 > "$T/seen" || true
    exec 8>&-
}

# memory FILE: what stands at 0x8000.
memory() {
    somebody_types 'd -b 0x8000\r'
    tr -d '\r' < "$T/seen" | grep '^\[' > "$1" || true
    equal 16 "$(wc -l < "$1")" "rows of memory"
}

for how in 'e 0x8000' 'e -s 0x8000' 'e -b 0x8000'; do
    note "$how"
    board --baud 0
    memory "$T/before"
    somebody_types "$how\\r"
    grep -q '\[8000\]' "$T/seen" || fail "no editor: $(cat "$T/seen")"
    code=0
    timeout 60 "$FWFS" --attach-timeout 4 --probe "$T/tty" > "$T/out" 2>&1 ||
        code=$?
    equal 1 "$code" "$how: exit of a --probe that knows no way out"
    somebody_types '\e'
    memory "$T/after"
    same "$T/after" "$T/before" "$how, not known"

    somebody_types "$how\\r"
    mount_fwfs --no-cache --dialect winbond
    head -c 4096 "$T/mnt/flash.bin" > "$T/copy"
    same_part "$T/copy" "$T/flash" 0 "$how"
    unmount_fwfs
    memory "$T/after"
    same "$T/after" "$T/before" "$how, known"
    # Twice it was somebody else, and that is all.
    equal $'!dangerous e\n!dangerous e' "$(grep '^!' "$T/sim.log")" "$how"
    rm "$T/sim.log"
    stop_device
done

# Typed ahead, and damaged on the way.
for seed in 1 2 3; do
    board --baud 230400
    start_faultline --both --seed $seed --flip 1500 --drop 3000 \
        --replace 3000
    mount_fwfs --no-cache --dialect winbond --timeout 60
    head -c 16384 "$T/mnt/flash.bin" > "$T/copy" || true
    same_part "$T/copy" "$T/flash" 0 "noise $seed"
    note "faults: $(faults), e: $(grep -c '^e' "$T/sim.log" || true)"
    unmount_fwfs
    harmless || fail "noise $seed"
    stop_faultline
    stop_device
done
