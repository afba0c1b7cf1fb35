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

for how in 'e 0x8000' 'e -s 0x7F000000' 'e -b 0x7F000000' \
    'mx' 'fx 7 name 0x7F010000 0x8000 -a'; do
    note "$how"
    board --baud 0
    somebody_types "$how\\r"
    note "it says: $(tr -d '\r\n' < "$T/seen")"
    code=0
    timeout 60 "$FWFS" --attach-timeout 4 --probe "$T/tty" > "$T/out" 2>&1 ||
        code=$?
    note "not known: exit $code"
    harmless || fail "$how: not known"
    if [[ $how == e* ]]; then
        equal 1 "$code" "$how: exit of a --probe that knows no way out"
        mount_fwfs --no-cache --dialect winbond
        head -c 4096 "$T/mnt/flash.bin" > "$T/copy"
        same_part "$T/copy" "$T/flash" 0 "$how"
        unmount_fwfs
        harmless || fail "$how: known"
    fi
    stop_device
    rm "$T/sim.log"
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
