#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The cache: private, where it is told to be, and none at all with --no-cache.

. "$(dirname "$0")/lib.sh"
need_fuse

noise 65536 cache > "$T/flash"
start_sim --loader u-boot --flash "$T/flash" --baud 0
export XDG_CACHE_HOME=$T/xdg HOME=$T/home

"$FWFS" --no-cache "$T/tty" "$T/mnt"
cmp "$T/mnt/flash.bin" "$T/flash" || fail "without a cache: differs"
equal memory "$(status identity)" identity
equal - "$(status cache)" cache
unmount_fwfs
rest=$(find "$T" -mindepth 1 -maxdepth 1 -printf '%f ')
for name in $rest; do
    case $name in
        mnt | flash | tty | sim.out | sim.log) ;;
        *) fail "--no-cache left $name" ;;
    esac
done

mount_fwfs
cmp "$T/mnt/flash.bin" "$T/flash" || fail "with a cache: differs"
cache=$(status cache)
[[ $cache == "$T/cache/"* ]] || fail "the cache is in $cache"
equal 700 "$(stat -c %a "$cache")" "mode of $cache"
[ -z "$(find "$T/cache" -type f -perm /077)" ] || fail "others may read it"
unmount_fwfs

mount_fwfs
cmp "$T/mnt/flash.bin" "$T/flash" || fail "from the cache: differs"
equal 0 "$(status device_bytes_read)" device_bytes_read
unmount_fwfs

# Damaged, it is not believed: a byte of the data, then its end cut off.
data=$(find "$T/cache" -name '*.data')
printf X | dd of="$data" bs=1 seek=30000 conv=notrunc status=none
mount_fwfs
cmp "$T/mnt/flash.bin" "$T/flash" || fail "damaged data is given out"
at_most 4096 "$(status device_bytes_read)" "bytes fetched again"
[ "$(status device_bytes_read)" -gt 0 ] || fail "nothing was fetched again"
unmount_fwfs
truncate -s 40000 "$data"
mount_fwfs
cmp "$T/mnt/flash.bin" "$T/flash" || fail "cut data is given out"
unmount_fwfs
find "$T/cache" -name '*.state*' -exec truncate -s 100 {} +
mount_fwfs
cmp "$T/mnt/flash.bin" "$T/flash" || fail "cut state is given out"
unmount_fwfs
