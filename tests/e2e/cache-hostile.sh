#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A cache in which somebody has planted links: whatever fwfs does with it,
# nothing outside is read, made or changed.

. "$(dirname "$0")/lib.sh"
need_fuse

noise 16384 hostile > "$T/flash"
start_sim --loader u-boot --flash "$T/flash" --baud 0
mount_fwfs
cmp "$T/mnt/flash.bin" "$T/flash"
id=$(status identity)
unmount_fwfs
mv "$T/cache" "$T/clean"

mkdir "$T/outside" "$T/outside/dir"
noise 5000 victim > "$T/outside/victim"
cp "$T/outside/victim" "$T/outside/dir/lock"

# What is outside, with all that stat tells but the count of links.
outside() {
    find "$T/outside" -printf '%P %y %s %m %U %T@ %l\n' | sort
    cat "$T/outside/victim" "$T/outside/dir/lock" | md5sum
}
before=$(outside)

unhurt() {
    [ "$(outside)" = "$before" ] || fail "$1: changed outside: $(outside |
        diff - <(echo "$before"))"
}

# run_all WHAT [MAYBE]: each of $commands on the cache as it is now; with MAYBE the
# mounts may work, else they must be refused.
run_all() {
    local code=0 what=$1

    timeout -k 5 60 "$FWFS" --list-caches -c "$T/cache" > "$T/out" 2>&1 ||
        fail "$what: --list-caches: $(cat "$T/out")"
    grep -qF victim "$T/out" && fail "$what: told: $(cat "$T/out")"
    unhurt "$what: --list-caches"
    for how in $commands; do
        code=0
        case $how in
            offline)
                timeout -k 5 60 "$FWFS" --offline -c "$T/cache" "$id" \
                    "$T/mnt" > "$T/out" 2>&1 || code=$?
                ;;
            mount)
                timeout -k 5 60 "$FWFS" -c "$T/cache" "$T/tty" "$T/mnt" \
                    > "$T/out" 2>&1 || code=$?
                ;;
            forget)
                timeout -k 5 60 "$FWFS" --forget -c "$T/cache" "$id" \
                    > "$T/out" 2>&1 || code=$?
                ;;
        esac
        note "$what: $how: $code $(head -n 1 "$T/out")"
        grep -q signal "$T/out" && fail "$what: $how: $(cat "$T/out")"
        [ "$code" -le 1 ] || fail "$what: $how: exit $code"
        if [ "$how" != forget ] && [ "$code" -eq 0 ]; then
            cp "$T/mnt/flash.bin" "$T/copy" 2> /dev/null || [ "$how" = offline ]
            [ "$how" = offline ] || same "$T/copy" "$T/flash" "$what: $how"
            unmount_fwfs
            [ -n "${2-}" ] || fail "$what: $how: mounted"
        fi
        unhurt "$what: $how"
        nothing_left "$what: $how"
    done
}

# fresh: the cache as it was before anything was planted.
fresh() {
    rm -rf "$T/cache"
    cp -a "$T/clean" "$T/cache"
}

commands='offline mount forget'
for name in lock identity flash.data flash.state device flash.state.old \
    identity.tmp device.tmp; do
    maybe=
    case $name in device* | *.old | *.tmp) maybe=maybe ;; esac
    file=$T/cache/$id/$name
    fresh
    rm -f "$file"
    ln -s ../../outside/victim "$file"
    run_all "$name is a link" $maybe
    fresh
    rm -f "$file"
    ln "$T/outside/victim" "$file"
    run_all "$name is a hard link" $maybe
    commands='offline forget' # with a device: in the unit tests
    fresh
    rm -f "$file"
    ln -s ../../outside/new "$file"
    run_all "$name is a link to nothing" $maybe
    fresh
    rm -f "$file"
    mkfifo -m 600 "$file"
    run_all "$name is a FIFO" $maybe
    commands='offline mount forget'
done

# With an identity that is made anew and a state that is set aside, too.
for name in identity.tmp flash.state.old; do
    fresh
    rm "$T/cache/$id/identity"
    truncate -s 70 "$T/cache/$id/flash.state"
    ln -s ../../outside/victim "$T/cache/$id/$name"
    run_all "$name is a link, and used" maybe
done

# The directory itself, and one that others can write to.
fresh
mv "$T/cache/$id" "$T/cache/real"
ln -s real "$T/cache/$id"
run_all "the directory is a link"
[ -e "$T/cache/real/flash.data" ] || fail "went through the link"
fresh
rm -r "${T:?}/cache/$id"
ln -s ../outside/dir "$T/cache/$id"
run_all "the directory is a link outside"
fresh
chmod g+w "$T/cache/$id"
run_all "the directory is open"
fresh
chmod o+w "$T/cache"
refused 1 -c "$T/cache" "$T/tty" "$T/mnt"
contains "$message" 'others can write to it; chmod go-w'
refused 1 --list-caches -c "$T/cache"
refused 1 --forget -c "$T/cache" "$id"
refused 1 --offline -c "$T/cache" "$id" "$T/mnt"
chmod o-w "$T/cache"

# The user's own link may be the root.
ln -s cache "$T/link"
"$FWFS" -c "$T/link" "$T/tty" "$T/mnt"
cmp "$T/mnt/flash.bin" "$T/flash"
unmount_fwfs
# The default root may not; root's cannot be moved for a test.
if [ "$(id -u)" -ne 0 ]; then
    mkdir -m 700 "$T/xdg"
    ln -s ../cache "$T/xdg/fwfs"
    XDG_CACHE_HOME=$T/xdg refused 1 "$T/tty" "$T/mnt"
    contains "$message" 'symbolic link'
fi
