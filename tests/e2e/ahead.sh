#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Commands typed ahead: the line does not wait for the adapter; a device that
# loses them, or a damaged row, and they are typed at the prompt again.

. "$(dirname "$0")/lib.sh"
need_fuse

letters 65536 rows > "$T/flash"

# copies SIM-OPTION...: all of a camera's 64 KiB at 921600, through an adapter
# that keeps everything for 16 ms.
copies() {
    local begun

    rm -f "$T/sim.log"
    start_sim --loader winbond --flash "$T/flash" --baud 921600 --latency 16 \
        "$@"
    mount_fwfs --no-cache -o verify=fast
    begun=$(now_ms)
    cp "$T/mnt/flash.bin" "$T/copy"
    took=$(($(now_ms) - begun))
    same "$T/copy" "$T/flash" "$*"
    note "$* 64 KiB in $took ms, commands: $(status commands)," \
        "rows_bad: $(status rows_bad), sent: $(status line_bytes_sent)"
    lost=$(grep -c '!lost-ahead' "$T/sim.log" || true)
    unmount_fwfs
    stop_device
}

copies
fast=$took
equal 0 "$lost" 'lost by a device that loses nothing'

# Two losses are enough.
copies --lose-ahead
equal 2 "$lost" 'commands that were lost'
# 250 turns of 16 ms, which nobody can save by being fast.
[ "$took" -ge $((fast + 2000)) ] || fail "typed at the prompt: $took ms"

# One is no reason.
copies --lose-ahead=1
equal 1 "$lost" 'commands that were lost, one'
[ "$took" -lt $((fast + 2000 * SLOW)) ] || fail "one lost: $took ms"

# Where the line damages rows nothing runs before its echo was compared: what
# would lose it has nothing to lose.
copies --bad-row 0x7f000100:1 --lose-ahead=200
at_most 1 "$lost" 'commands typed ahead on a noisy line'
