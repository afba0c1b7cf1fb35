#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Long reads: of what is cached, and around what is not; many extents.

. "$(dirname "$0")/lib.sh"
need_fuse

fill=$BUILD/tests/bench/fillcache

# filled NAME ARGUMENT...: a cache in $T/NAME; sets id
filled() {
    id=$("$fill" "${@:2}") || fail "fillcache $*"
    data=$T/$1/$id/flash.data
}

# offline ROOT
offline() {
    timeout -k 5 60 "$FWFS" --offline --cache-dir "$T/$1" "$id" "$T/mnt" ||
        fail "fwfs --offline: exit $?"
}

# one_read SKIP COUNT: what a single read there brings, in bytes
one_read() {
    dd if="$T/mnt/flash.bin" of="$T/got" bs="$2" count=1 iflag=skip_bytes \
        skip="$1" status=none 2> "$T/dd.err" || true
    dd if="$data" of="$T/want" bs="$2" count=1 iflag=skip_bytes skip="$1" \
        status=none
    head -c "$(stat -c %s "$T/got")" "$T/want" | cmp -s - "$T/got" ||
        fail "$2 bytes at $1: wrong ones"
    stat -c %s "$T/got"
}

# All of 5 MiB and a bit, in reads of any length and place.
filled all "$T/all" $((5 * 1048576 + 512))
offline all
cp "$T/mnt/flash.bin" "$T/copy"
same "$T/copy" "$data"
for part in '0 131072' '511 131072' '1 1' '130000 300000' '5242879 513' \
    '5242000 200000'; do
    read -r skip count <<< "$part"
    left=$((5 * 1048576 + 512 - skip))
    equal "$((count < left ? count : left))" "$(one_read "$skip" "$count")" \
        "$count at $skip"
done
# A block that is damaged on disk is no longer there, and others are.
printf X | dd of="$data" bs=1 seek=70000 conv=notrunc status=none
equal 0 "$(one_read 0 131072)" "what has a damaged block"
contains "$(cat "$T/dd.err")" 'Input/output error'
equal 65536 "$(one_read 0 65536)" "what is before"
equal 0 "$(one_read 69632 512)" "what is damaged"
equal 512 "$(one_read 70144 512)" "what is behind"
unmount_fwfs

# 100 KiB known, 100 KiB not, by turns: a read is had whole or not at all.
filled part -n 5 -l 100k "$T/part" 1M
offline part
equal 0 "$(one_read 0 131072)" "across a gap"
equal 102400 "$(one_read 0 102400)" "just before the gap"
equal 0 "$(one_read 98304 131072)" "into the gap"
contains "$(cat "$T/dd.err")" 'Input/output error'
equal 94208 "$(one_read 212992 94208)" "behind the gap"
unmount_fwfs

# A great many extents, far below what they are measured with in tests/bench.
filled many -n 128k "$T/many" 128G
offline many
pid=$(cat "$T/many/$id/lock")
equal 512 "$(one_read 0 512)" "the first"
equal 512 "$(one_read 134216704 512)" "the last"
equal 0 "$(one_read 134216192 512)" "what is between"
contains "$(cat "$T/mnt/.fwfs/status")" \
    'file: 67108864 137438953472 0 0 0 - flash.bin'
rss=$(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")
[ -n "${FWFS_SAN:-}" ] || at_most $((18 * 1024)) "$rss" "KiB in memory"
unmount_fwfs
