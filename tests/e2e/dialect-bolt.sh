#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with Broadcom's BOLT: flash comes through RAM.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 1024
after_at=$((0x60000))
segments=(-o ram=0x800000:1M -s good:flash0@0x10000:64K -s after:flash0@0x60000:4K \
    -s bad:0xd0000000:512)
session_from_start bolt
mount_from_start "${segments[@]}"
equal bolt "$(status dialect)" dialect
files flash0.bin macadr nvram kernel rootfs good
equal 1048576 "$(stat -c %s "$T/mnt/flash0.bin")" 'size of flash0.bin'
equal 65536 "$(stat -c %s "$T/mnt/nvram")" 'size of nvram'
equal 262144 "$(stat -c %s "$T/mnt/kernel")" 'size of kernel'
copied nvram 65536
confirmed nvram reread
no_retries
bad_address
was_reset
end_session

# At its prompt, with a kernel's messages between the rows.
session bolt --noise 20 --set bad=peek --set endian=big
mount_fwfs "${segments[@]}"
copied rootfs 393216
bad_address
end_session

session_from_start bolt --set map=offset --set load-status=yes
mount_from_start "${segments[@]}"
files flash0.bin nvram
copied flash0.bin 0 8192
no_retries
end_session
