#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Nothing is typed while a dump runs: it would run before its echo was compared.

. "$(dirname "$0")/lib.sh"
need_fuse

letters 65536 rows > "$T/flash"

# The adapter's delay is when there would be something to gain.
start_sim --loader winbond --flash "$T/flash" --baud 921600 --latency 4 \
    --lose-ahead
mount_fwfs --no-cache -o verify=auto
cp "$T/mnt/flash.bin" "$T/copy"
same "$T/copy" "$T/flash" 'read twice'
note "commands: $(status commands), sent: $(status line_bytes_sent)"
unmount_fwfs
stop_device
lost=$(grep -c '!lost-ahead' "$T/sim.log" || true)
equal 0 "$lost" 'typed while a command ran'
