#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A root shell of busybox on a serial console: a file for each of /proc/mtd,
# 1.5 bytes of line for each of them, confirmed by the guest's own programs.

# shellcheck source=tests/boards/lib.sh
. "$(dirname "$0")/lib.sh"

traps 0x20000 loader > "$T/loader"
noise 0x10000 settings > "$T/settings"
noise 0x80000 system > "$T/system"
start_linux "u-boot=$T/loader" "board config=$T/settings" "rootfs=$T/system"

# copied NAME FILE: it is, and by the guest's own word.
copied() {
    local size

    size=$(stat -c %s "$2")
    equal "$size" "$(stat -c %s "$T/mnt/$1")" "size of $1"
    cp "$T/mnt/$1" "$T/copy"
    same "$T/copy" "$2" "$1"
    total=$((total + size))
}

# No option but the defaults.
# shellcheck disable=SC2119
mount_fwfs
equal linux-shell "$(status dialect)" dialect
total=0
copied u-boot "$T/loader"
copied "board config" "$T/settings"
copied rootfs "$T/system"
line=$(($(status line_bytes_received) + $(status line_bytes_sent)))
at_most 149 $((line * 100 / total)) "bytes on the line for 100"

said=$("$FWFS" --verify "$T/mnt") || fail "--verify: exit $?: $said"
note "$said"
for file in u-boot "board config" rootfs; do
    size=$(stat -c %s "$T/mnt/$file")
    contains "$said" \
        "$file: $size bytes confirmed ($size by checksum, 0 by image"
done
[[ $(status route) == @(md5|sha256)* ]] || fail "route: $(status route)"
unmount_fwfs

# Another byte is there when it is mounted again. The samples of the cache may
# tell, or else --verify; in no case is the old byte read.
stop_device KILL
printf 'X' > "$T/x"
put "$T/x" 300123 "$T/system"
start_linux "u-boot=$T/loader" "board config=$T/settings" "rootfs=$T/system"
# shellcheck disable=SC2119
mount_fwfs
said=$("$FWFS" --verify "$T/mnt" rootfs) ||
    contains "$said" "differed from the device; fetched anew"
note "$said"
cp "$T/mnt/rootfs" "$T/copy"
same "$T/copy" "$T/system" "after a change"
unmount_fwfs
