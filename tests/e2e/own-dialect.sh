#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A boot loader that fwfs does not know: a dialect file written by its user
# makes it known, nothing is compiled.

. "$(dirname "$0")/lib.sh"
need_fuse
dialects=${FWFS_DIALECTS:-$(cd "$(dirname "$0")" && pwd)/../../src/dialects}

noise 65536 own > "$T/flash"
start_sim --loader u-boot --format middle --flash "$T/flash" --baud 0 \
    --prompt 'my <board> here!! '

timeout 30 "$FWFS" --no-cache --attach-timeout 2 "$T/tty" "$T/mnt" \
    2> "$T/err" && fail "a prompt that no dialect has is recognised"
note "$(tail -n 1 "$T/err")"
contains "$(cat "$T/err")" 'my <board> here!!'
nothing_left "unknown prompt"

sed "s/^    prompt = .*/    prompt = '^my <board> here!! ?\$'/" \
    "$dialects/u-boot.conf" > "$T/mine.conf"
cd "$T"
"$FWFS" --no-cache --dialect ./mine.conf tty mnt
equal mine "$(status dialect)" dialect
cmp mnt/flash.bin flash || fail "flash.bin differs"
unmount_fwfs

# The camera's, with its prompt changed, is of no use here.
sed "s/(?:bootloader|bootrom)/mycam/" "$dialects/winbond.conf" > cam.conf
timeout 30 "$FWFS" --no-cache --attach-timeout 2 --dialect ./cam.conf tty mnt \
    2> err && fail "the wrong dialect will do"
cat err
nothing_left "wrong dialect"
