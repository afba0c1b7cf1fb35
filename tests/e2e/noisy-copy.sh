#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# One character in 5000 is changed: with U-Boot's crc32 a copy is right and
# takes hardly longer than on a clean line.

. "$(dirname "$0")/lib.sh"
need_fuse

noise 65536 noisy > "$T/flash"

# timed_copy FAULTLINE-OPTION...: the time in $took
timed_copy() {
    local began

    start_faultline --quiet-until 'crc32 for' "$@"
    mount_fwfs --no-cache
    began=$(now_ms)
    cp "$T/mnt/flash.bin" "$T/copy"
    took=$(($(now_ms) - began))
    same "$T/copy" "$T/flash" "$*"
    note "$took ms $*: rows bad $(status rows_bad), lost $(status rows_lost)"
    unmount_fwfs
    stop_faultline
}

start_sim --loader u-boot --format new --flash "$T/flash" --baud 230400
timed_copy
clean=$took
sum=0
for seed in 1 2; do
    timed_copy --flip 5000 --seed $seed
    [ "$(faults flip)" -ge 15 ] || fail "no faults"
    sum=$((sum + took))
done
percent=$((sum * 100 / 2 / clean))
# Wanted is 130; a busy machine waits longer.
at_most $((160 * SLOW)) "$percent" "percent of the clean time"
