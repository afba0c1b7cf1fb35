#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A range goes across the end of what can be read, where U-Boot resets. Where
# that is stays known: the board is reset once, and not once for each block.
# alone: a countdown, and what a reader waits

. "$(dirname "$0")/lib.sh"
need_fuse

noise 65536 edge > "$T/flash"
edge=$((0x8130))
start_sim --loader u-boot --format new --flash "$T/flash" --baud 0 \
    --abort-at $((0x9f000000 + edge)) --autoboot 1
mount_fwfs --no-cache --timeout 60

# What can be read is, to the block.
LC_ALL=C dd if="$T/mnt/flash.bin" of="$T/part" bs=512 conv=noerror \
    2> "$T/dd.err" || true
equal $((edge / 512 * 512)) "$(stat -c %s "$T/part")" 'bytes before the edge'
same_part "$T/part" "$T/flash" 0 'before the edge'
equal $(((65536 - edge) / 512 + 1)) \
    "$(grep -c 'Input/output error' "$T/dd.err")" 'blocks that fail'
contains "$(status last_error)" 'made the device reset'
resets=$(grep -c '^!reset' "$T/sim.log" || true)
at_most 2 "$resets" 'resets'
unmount_fwfs
stop_device
