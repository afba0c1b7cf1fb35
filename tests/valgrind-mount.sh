#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A mount in the foreground under $FWFS_UNDER, a copy, status, a second mount
# from the cache; for tests/valgrind.sh.

# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/e2e/lib.sh"
need_fuse
read -ra under <<< "$FWFS_UNDER"

noise 16384 valgrind > "$T/flash"

is_mounted() {
    mountpoint -q "$T/mnt"
}

# copies LOADER DUMPED: a copy is right; yes when it is from the device.
copies() {
    "${under[@]}" "$FWFS" -f -v --cache-dir "$T/cache" --attach-timeout 120 \
        --timeout 300 "$T/tty" "$T/mnt" > "$T/out" 2>&1 &
    local pid=$!
    pids+=("$pid")
    wait_for 120 is_mounted || fail "$1: not mounted: $(cat "$T/out")"
    cp "$T/mnt/flash.bin" "$T/copy"
    same "$T/copy" "$T/flash" "$1"
    cat "$T"/mnt/.fwfs/* > "$T/told"
    "$FWFS" --status "$T/mnt" > "$T/told"
    unmount_dir "$T/mnt"
    wait "$pid" || fail "$1: exit $?: $(cat "$T/out")"
}

for loader in winbond u-boot; do
    start_sim --loader "$loader" --flash "$T/flash" --baud 0
    copies "$loader"
    copies "$loader, again"
    stop_device TERM
done
