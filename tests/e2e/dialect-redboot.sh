#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with RedBoot: 2.x with its FIS directory, then builds
# without a sum, with an older one, and of 2001.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 512
after_at=$((0x60000))
segments=(-s good:0xa8010000:64K -s after:0xa8060000:4K \
    -s bad:0xd0000000:512)
session_from_start redboot
mount_from_start "${segments[@]}"
equal redboot "$(status dialect)" dialect
files flash.bin RedBoot rootfs vmlinux.bin.l7 'FIS directory' \
    'RedBoot config' good
equal 524288 "$(stat -c %s "$T/mnt/flash.bin")" 'size of flash.bin'
equal 131072 "$(stat -c %s "$T/mnt/RedBoot")" 'size of RedBoot'
copied flash.bin 0
confirmed RedBoot checksum
no_retries
bad_address
end_session

# At its prompt, with a kernel's messages between the rows.
session redboot --noise 20
mount_fwfs
copied rootfs 131072
end_session

session redboot --set cksum=no --set abort=glued --set fis=glued
mount_fwfs "${segments[@]}"
files RedBoot rootfs vmlinux.bin.l7
copied RedBoot 0 8192
no_retries
bad_address
end_session

session redboot --set cksum=old --set fis=unsorted
mount_fwfs
copied RedBoot 0 8192
no_retries
end_session

session_from_start redboot --set format=2001 --set fis=no
mount_from_start
copied flash.bin 0 8192
no_retries
end_session
