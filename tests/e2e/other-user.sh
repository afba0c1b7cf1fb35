#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Two users: neither reads the other's mount or cache, and fwfs run by one of
# them, root too, tells nothing of what the other has.

. "$(dirname "$0")/lib.sh"
need_fuse
need_root
need setpriv

uid=65534
other() {
    timeout -k 5 60 setpriv --reuid=$uid --regid=$uid --clear-groups \
        env HOME="$T/home" "$@"
}

# silent WHAT SECRET...: what the last command said (in $T/out) has none of
# these in it.
silent() {
    local what=$1 secret

    shift
    note "$what: $(head -n 1 "$T/out")"
    for secret; do
        grep -qF -- "$secret" "$T/out" && fail "$what: tells '$secret'"
    done
    return 0
}

# Where the other user gets, and a program that he can run.
chmod 755 "$T"
mkdir -m 755 "$T/bin"
cp "$FWFS" "$T/bin/fwfs"
theirs=$T/bin/fwfs
mkdir -m 700 "$T/their-mnt"
chown $uid "$T/their-mnt"
noise 65536 other > "$T/flash"
other cmp "$T/flash" "$T/flash" || skip "the other user cannot get here"

start_sim --loader u-boot --flash "$T/flash" --baud 0
mount_fwfs
cmp "$T/mnt/flash.bin" "$T/flash"
id=$(status identity)
banner=$(status banner)

# Without allow_other the mount is closed.
for file in . flash.bin .fwfs .fwfs/status .fwfs/transcript; do
    other cat "$T/mnt/$file" > "$T/out" 2>&1 && fail "reads $file"
    contains "$(cat "$T/out")" 'Permission denied'
    silent "cat $file" "$banner"
done
other "$theirs" --status "$T/mnt" > "$T/out" 2>&1 && fail "reads the status"
silent --status "$id" "$banner" u-boot
unmount_fwfs

# refuses_other: no command of the other user tells of root's cache.
refuses_other() {
    local args

    for args in "--list-caches -c $T/cache" "--forget -c $T/cache $id" \
        "--offline -c $T/cache $id $T/their-mnt" \
        "--offline $T/cache/$id $T/their-mnt"; do
        # shellcheck disable=SC2086
        other "$theirs" $args > "$T/out" 2>&1 && fail "$1: $args"
        sed -i "s|$T/cache/$id||g" "$T/out" # he typed that himself
        silent "$1: $args" "$banner" 64K "last used"
        [ -e "$T/cache/$id/flash.data" ] || fail "$1: $args: removed it"
    done
}
sums=$(md5sum "$T/cache/$id"/*)
refuses_other "mode 700"
other "$theirs" --list-caches -c "$T/cache" > "$T/out" 2>&1 && fail "lists"
silent --list-caches "$id"
chmod 755 "$T/cache" "$T/cache/$id"
chmod 644 "$T/cache/$id"/*
refuses_other "mode 755"
contains "$(other "$theirs" --list-caches -c "$T/cache" 2>&1 || true)" \
    "belongs to another user"
chmod 600 "$T/cache/$id"/*
chmod 700 "$T/cache" "$T/cache/$id"
equal "$sums" "$(md5sum "$T/cache/$id"/*)" "root's cache"

# With allow_other it is open, to read.
mount_fwfs -o allow_other
other cmp "$T/mnt/flash.bin" "$T/flash" || fail "allow_other"
unmount_fwfs
stop_device

# Root and the other user's cache: not used, not told of, not removed.
cp -a "$T/cache" "$T/theirs"
chown -R $uid:$uid "$T/theirs"
sums=$(md5sum "$T/theirs/$id"/*)
start_sim --loader u-boot --flash "$T/flash" --baud 0
for args in "--list-caches -c $T/theirs" "--forget -c $T/theirs $id" \
    "--offline -c $T/theirs $id $T/mnt" "--offline $T/theirs/$id $T/mnt" \
    "-c $T/theirs $T/tty $T/mnt"; do
    # shellcheck disable=SC2086
    refused 1 $args
    contains "$message" "belongs to another user"
    printf '%s' "${message//"$T/theirs/$id"/}" > "$T/out"
    silent "root: $args" "$id" "$banner" flash.data
done
equal "$sums" "$(md5sum "$T/theirs/$id"/*)" "their cache"

# A directory of his in root's own cache.
cp -a "$T/theirs/$id" "$T/cache/u-boot-theirs"
"$FWFS" --list-caches -c "$T/cache" > "$T/list" 2> "$T/out" || fail "list"
contains "$(cat "$T/list")" "$id" "$banner"
equal 2 "$(wc -l < "$T/list")" "lines of the list"
contains "$(cat "$T/out")" 'left out' 'belongs to another user'
silent "root's list" "$banner" 64K

# His own mount, if he may: closed to root as well.
if ! other "$theirs" --offline -c "$T/theirs" "$id" "$T/their-mnt" \
    > "$T/out" 2>&1; then
    note "the other user cannot mount: $(cat "$T/out")"
    exit 0
fi
other cmp "$T/their-mnt/flash.bin" "$T/flash" || fail "his own mount"
cat "$T/their-mnt/flash.bin" > "$T/out" 2>&1 && fail "root reads his mount"
"$FWFS" --status "$T/their-mnt" > "$T/out" 2>&1 && fail "root reads its status"
silent "root: --status" "$id" "$banner"
other fusermount3 -u "$T/their-mnt"
