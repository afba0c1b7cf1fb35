#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# U-Boot on i.MX6: the SPI flash, which has no address, is found and copied by
# way of RAM; a reset in the middle loses what lay there and the copy is right.

# shellcheck source=tests/boards/lib.sh
. "$(dirname "$0")/lib.sh"

size=$((2 << 20))
traps $size sabrelite > "$T/flash"

# The flash as a board has it: U-Boot, space, data.
download sabrelite
put "$files/u-boot-dtb.imx" 1024 "$T/flash"
blank 300000 > "$T/blank"
put "$T/blank" 700000 "$T/flash"
start_sabrelite "$T/flash"

known_is_over() {
    [ "$(file_status sf0.bin known)" -gt "$1" ]
}

# Nothing is said of the flash: during the countdown, and at a live prompt.
mount_fwfs
equal u-boot "$(status dialect)" dialect
equal "$size" "$(stat -c %s "$T/mnt/sf0.bin")" "size of sf0.bin"
cp "$T/mnt/sf0.bin" "$T/copy"
at_most "$size" "$(status device_bytes_read)" "bytes read, none of them twice"
same "$T/copy" "$T/flash"
equal "$size" "$(file_status sf0.bin confirmed_checksum)" "confirmed"
equal 0 "$(status resets)" resets
unmount_fwfs

# The same again: confirmed by checksums. Some blocks of the program have so
# many runs of zeros that reading them costs less than proving them.
mount_fwfs
cp "$T/mnt/sf0.bin" "$T/copy"
same "$T/copy" "$T/flash" "from the cache"
at_most $((size / 64)) "$(status device_bytes_read)" "bytes of the second mount"
unmount_fwfs

mount_fwfs --no-cache
cp "$T/mnt/sf0.bin" "$T/copy" &
copier=$!
pids+=("$copier")
wait_for 40 known_is_over $((size / 3)) || fail "nothing comes"
qemu_command system_reset
wait "$copier" || fail "reset in the middle: cp: exit $?"
same "$T/copy" "$T/flash" "reset in the middle"
equal 1 "$(status resets)" resets
equal "$size" "$(file_status sf0.bin confirmed_checksum)" "confirmed"
unmount_fwfs
