#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# OpenBIOS on PowerPC: memory that the user names, through a dump with raw
# bytes in it, without a checksum of the device; and after a reset.

# shellcheck source=tests/boards/lib.sh
. "$(dirname "$0")/lib.sh"

size=65536
traps $size openbios > "$T/ram"
start_openbios "$T/ram"

mount_fwfs --segment ram.bin:0x4000000:64K
equal openfirmware "$(status dialect)" dialect
equal "$size" "$(stat -c %s "$T/mnt/ram.bin")" "size of ram.bin"
cp "$T/mnt/ram.bin" "$T/copy"
same "$T/copy" "$T/ram"
equal "$size" "$(file_status ram.bin confirmed_reread)" "confirmed"
equal 0 "$(status rows_bad)" "bad rows"
unmount_fwfs

# Somebody left numbers on the stack, and half a line: the prompt is another.
mount_at_other_prompt() {
    leave_typed $'1 2 3\r'
    leave_typed abc
    mount_fwfs --no-cache --segment ram.bin:0x4000000:64K
}

mount_at_other_prompt
dd if="$T/mnt/ram.bin" of="$T/part" bs=4K skip=14 count=1 status=none
same_part "$T/part" "$T/ram" $((14 * 4096)) "at another prompt"
qemu_command system_reset
dd if="$T/mnt/ram.bin" of="$T/part" bs=4K skip=9 count=1 status=none
same_part "$T/part" "$T/ram" $((9 * 4096)) "after a reset"
unmount_fwfs
