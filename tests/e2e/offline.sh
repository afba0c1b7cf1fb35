#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Without the device: what was read before is there and the same, the rest is
# EIO at once; the list shows the cache, and it can be forgotten.

. "$(dirname "$0")/lib.sh"
need_fuse
need jq

noise 262144 offline > "$T/flash"
parts='nor0:64k(u-boot),128k(rootfs),64k(rest)'

# offline OPTION...: mounts $id on $T/mnt
offline() {
    timeout -k 5 60 "$FWFS" --offline --cache-dir "$T/cache" "$@" "$id" \
        "$T/mnt" || fail "fwfs --offline $*: exit $?"
}

# listed ID: its line in the list
listed() {
    "$FWFS" --list-caches -c "$T/cache" | awk -v id="$1" '$1 == id'
}

# eio FILE OFFSET: a read there fails, and soon
eio() {
    local begin

    begin=$(now_ms)
    dd if="$1" of=/dev/null bs=512 count=1 iflag=skip_bytes skip="$2" \
        status=none 2> "$T/dd.err" && fail "$1 at $2: read"
    contains "$(cat "$T/dd.err")" 'Input/output error'
    at_most $((1000 * SLOW)) $(($(now_ms) - begin)) "ms for EIO"
}

equal "no caches in $T/cache" "$("$FWFS" --list-caches -c "$T/cache/")" "list"
[ ! -e "$T/cache" ] || fail "--list-caches made the root"

start_sim --loader u-boot --flash "$T/flash" --baud 0 --mtdparts "$parts"
mount_fwfs -s 'a window:0x80000001:0x100' -o readahead=0
id=$(status identity)
banner=$(status banner)
names=$(cd "$T/mnt" && stat -c '%n %s' -- *)
note "$names"
head -c 65536 "$T/mnt/rootfs" > "$T/part"
same_part "$T/part" "$T/flash" 65536
cp "$T/mnt/.fwfs/segments" "$T/segments"
contains "$(listed "$id")" "$(fwfs_pids)"
unmount_fwfs
stop_device
rm -f "$T/tty"
[ "$(stat -c %a "$T/cache/$id/device")" = 600 ] || fail "mode of device"

offline -t 3600
equal offline "$(status line)" line
equal "$T/tty" "$(status device)" device
equal "$banner" "$(status banner)" banner
equal "$id" "$(status identity)" identity
equal "$names" "$(cd "$T/mnt" && stat -c '%n %s' -- *)" "files and sizes"
same "$T/mnt/.fwfs/segments" "$T/segments"
head -c 65536 "$T/mnt/rootfs" > "$T/again"
same "$T/again" "$T/part"
dd if="$T/mnt/flash.bin" of="$T/again" bs=64K skip=1 count=1 status=none
same "$T/again" "$T/part" "through flash.bin"
eio "$T/mnt/rootfs" 65536
eio "$T/mnt/flash.bin" 0
eio "$T/mnt/rest" 0
eio "$T/mnt/a window" 0
contains "$(status last_error)" 'there is no device' offline
equal 0 "$(status pending)" pending
equal 0 "$(status blocks_bad)" blocks_bad
equal '?' "$(map_status flash.bin 0)" "map of what is not there"
equal + "$(map_status flash.bin 65536)" "map of what is there"
contains "$("$FWFS" --status "$T/mnt")" 'line offline'
wc -c < "$T/mnt/.fwfs/transcript" | grep -qx 0 || fail "a transcript"

# One mount of a cache at a time; and it is not forgotten under its users.
mkdir "$T/mnt2"
code=0
message=$("$FWFS" --offline -c "$T/cache" "$id" "$T/mnt2" 2>&1) || code=$?
equal 1 "$code" "exit of a second mount"
contains "$message" "in use by process $(fwfs_pids)"
message=$("$FWFS" --forget -c "$T/cache" "$id" 2>&1) && fail "forgot it"
contains "$message" "in use by process $(fwfs_pids)"
contains "$(listed "$id")" "$(fwfs_pids)" u-boot 64K
unmount_fwfs

# By its path, in the foreground, from another place.
mv "$T/cache/$id" "$T/elsewhere"
(cd "$T" && exec "$FWFS" --offline -f -o allow_other elsewhere/ "$T/mnt") &
pids+=($!)
wait_for 10 [ -e "$T/mnt/.fwfs/status" ] || fail "not mounted by path"
equal "$T/elsewhere" "$(status cache)" cache
head -c 65536 "$T/mnt/rootfs" | cmp - "$T/part"
unmount_fwfs
mv "$T/elsewhere" "$T/cache/$id"

# What makes no sense, and what is not there.
for option in '-b 9600' '-d u-boot' '-s a:0:1' --no-cache; do
    # shellcheck disable=SC2086
    refused 2 --offline -c "$T/cache" $option "$id" "$T/mnt"
    contains "$message" 'is for a device'
done
refused 1 --offline -c "$T/cache" nothing "$T/mnt"
contains "$message" "there is no cache $T/cache/nothing"
refused 1 --offline "$T/flash" "$T/mnt"
refused 1 --offline -c "$T/none" "$id" "$T/mnt"
[ ! -e "$T/cache/nothing" ] || fail "made a cache"
[ ! -e "$T/none" ] || fail "made a root"

# A map that cannot be believed, and none.
device=$T/cache/$id/device
cp "$device" "$T/device"
sed -i 's/0x10000/0x20000/' "$device"
refused 1 --offline -c "$T/cache" "$id" "$T/mnt"
contains "$message" "$device" damaged 'with the device'
contains "$(listed "$id")" '?'
rm "$device"
refused 1 --offline -c "$T/cache" "$id" "$T/mnt"
contains "$message" 'no map of its device'
cp "$T/device" "$device"

# Back with the device nothing is lost.
start_sim --loader u-boot --flash "$T/flash" --baud 0 --mtdparts "$parts"
mount_fwfs
equal "$id" "$(status identity)" "identity after the offline mounts"
cmp "$T/mnt/flash.bin" "$T/flash" || fail "differs with the device"
at_most $((262144 - 65536 + 1024)) "$(status device_bytes_read)" "bytes fetched"
unmount_fwfs
stop_device
offline
cmp "$T/mnt/flash.bin" "$T/flash" || fail "differs when all is cached"
unmount_fwfs

# Forgotten, and only that.
mkdir -m 700 "$T/cache/mine"
echo note > "$T/cache/$id/note"
code=0
"$FWFS" --forget -c "$T/cache" "$id" > "$T/out" 2> "$T/err" || code=$?
equal 1 "$code" "exit with a strange file there"
contains "$(cat "$T/out")" "$id: forgotten, " ' freed'
contains "$(cat "$T/err")" "$T/cache/$id/note is not what fwfs makes"
equal note "$(ls -A "$T/cache/$id")" "what stays"
rm -r "${T:?}/cache/$id"
start_sim --loader u-boot --flash "$T/flash" --baud 0 --mtdparts "$parts"
mount_fwfs
unmount_fwfs
"$FWFS" --forget -c "$T/cache" "$id" > "$T/out"
contains "$(cat "$T/out")" "$id: forgotten"
equal mine "$(ls -A "$T/cache")" "what is left in the root"
refused 1 --forget -c "$T/cache" "$id"
contains "$message" "there is no cache $T/cache/$id"
refused 1 --forget -c "$T/cache" ../cache
equal "no caches in $T/cache" "$("$FWFS" --list-caches -c "$T/cache")" "list"
