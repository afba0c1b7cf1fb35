#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# UEFI's shell on AArch64: each character of the echo comes between cursor
# movements, and colours get into the rows.

# shellcheck source=tests/boards/lib.sh
. "$(dirname "$0")/lib.sh"

size=65536
traps $size uefi > "$T/ram"
start_uefi "$T/ram"

mount_fwfs --segment ram.bin:0x48000000:64K --segment vars.bin:0x4000000:4K
equal uefi-shell "$(status dialect)" dialect
equal "$size" "$(stat -c %s "$T/mnt/ram.bin")" "size of ram.bin"
cp "$T/mnt/ram.bin" "$T/copy"
same "$T/copy" "$T/ram"
equal "$size" "$(file_status ram.bin confirmed_reread)" "confirmed"
equal 0 "$(status rows_bad)" "bad rows"
# Flash: its beginning is where the firmware has written nothing since.
dd if="$T/mnt/vars.bin" of="$T/part" bs=64 count=1 status=none
same_part "$T/part" "$T/variables" 0 "the variables' header"
unmount_fwfs

# The shell forgets no half line by itself.
leave_typed 'dmem 0'
mount_fwfs --no-cache --segment ram.bin:0x48000000:64K
dd if="$T/mnt/ram.bin" of="$T/part" bs=4K skip=7 count=2 status=none
same_part "$T/part" "$T/ram" $((7 * 4096)) "behind half a line"
unmount_fwfs
