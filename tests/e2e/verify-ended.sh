#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
# fwfs --verify and --against that are ended while the device computes a
# checksum: the mount goes on. And a --verify that is ended after the mount told
# it what differs: the next one tells it.

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

# No checksum: the cache of yesterday is answered, and --verify reads it again.
device() {
    start_sim --loader u-boot --format new --flash "$T/small" --without crc32 \
        "$@"
}

# Behind the first 16 KiB, of which the mount has told.
read_on() {
    alive "$verify" || fail "it is over: $(cat "$T/out")"
    [ "$(status device_bytes_read)" -ge 20000 ]
}

# verified CODE: fwfs --verify exits so; what it says is in $T/out.
verified() {
    local code=0

    "$FWFS" --verify "$T/mnt" flash.bin > "$T/out" 2>&1 || code=$?
    equal "$1" "$code" "exit status, $(cat "$T/out")"
}

note "the flash is not what the cache has"
head -c 49152 "$T/flash" > "$T/small"
device --baud 0
mount_fwfs
cp "$T/mnt/flash.bin" "$T/old"
same "$T/old" "$T/small"
unmount_fwfs
stop_device
put "$T/other" 5000 "$T/small"
device
mount_fwfs
cp "$T/mnt/flash.bin" "$T/copy"
same "$T/copy" "$T/old" "cached"

note "who is killed has told nobody"
"$FWFS" --verify "$T/mnt" flash.bin > "$T/out" 2>&1 &
verify=$!
pids+=("$verify")
wait_for 60 read_on || fail "it does not get on"
kill -KILL "$verify"
{ wait "$verify" && fail "it ended well"; } 2> /dev/null
verified 1
contains "$(< "$T/out")" \
    "flash.bin: 0x00001200-0x000013ff (512 bytes) differed"

note "who has told it need not be asked"
verified 0
unmount_fwfs
stop_device
