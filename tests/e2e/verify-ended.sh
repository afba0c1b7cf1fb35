#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# fwfs --verify and --against that are ended while the device computes a
# checksum: the mount goes on.

. "$(dirname "$0")/lib.sh"
need_fuse

# What was freed does not look as it did: whoever uses it all the same, dies.
export MALLOC_PERTURB_=165 GLIBC_TUNABLES=glibc.malloc.tcache_count=0

noise 131072 ended > "$T/flash"
printf 'other bytes' > "$T/other"
cp "$T/flash" "$T/image"
put "$T/other" 70000 "$T/image"

checksums() {
    grep -c '^crc32' "$T/sim.log" || true
}

# More than the $before that there were.
asked_more() {
    [ "$(checksums)" -gt "$before" ]
}

# ended ARGUMENT...: fwfs ends by a signal, while a checksum is computed.
ended() {
    local pid before

    before=$(checksums)
    "$FWFS" "$@" > "$T/out" 2>&1 &
    pid=$!
    pids+=("$pid")
    wait_for 20 asked_more || fail "no checksum was asked: $(cat "$T/out")"
    sleep 0.3
    alive "$pid" || fail "it is over: $(cat "$T/out")"
    kill -TERM "$pid"
    wait "$pid" && fail "it ended well"
    sleep 2 # until the device is given up, and nothing new comes meanwhile
}

# The sums of so large ranges take longer than they are waited for.
start_sim --loader u-boot --format new --flash "$T/flash" --baud 0 \
    --sum-rate 50000
mount_fwfs --no-cache
cp "$T/mnt/flash.bin" "$T/copy"
same "$T/copy" "$T/flash"
for _ in 1 2; do
    ended --verify --against "$T/image" "$T/mnt/flash.bin"
    ended --verify "$T/mnt"
    # What is not known yet takes the device.
    wait_for 30 line_is_quiet || fail "the line does not come to rest"
    [ -n "$(fwfs_pids)" ] || fail "the mount is gone"
    head -c 4096 "$T/mnt/flash.bin" > /dev/null || fail "no bytes any more"
done
unmount_fwfs
stop_device
