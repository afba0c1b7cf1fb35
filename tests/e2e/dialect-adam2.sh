#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with ADAM2: 128 bytes a command, words whose order the text
# beside them tells, a map in the environment.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 512
after_at=$((0x60000))
segments=(-t 5 -s good:0x90010000:64K -s after:0x90060000:4K \
    -s bad:0xd0000000:512)
session_from_start adam2
mount_from_start "${segments[@]}"
equal adam2 "$(status dialect)" dialect
files flash.bin mtd0 mtd1 mtd2 mtd3 mtd4 good
equal 524288 "$(stat -c %s "$T/mnt/flash.bin")" 'size of flash.bin'
equal 131072 "$(stat -c %s "$T/mnt/mtd2")" 'size of mtd2'
copied mtd2 0
confirmed good reread
no_retries
bad_address reset
was_reset
end_session

# At its prompt, with a kernel's messages between the rows.
session adam2 --noise 20
mount_fwfs
copied mtd4 131072
end_session

session_from_start adam2 --set map=empty
mount_from_start
copied mtd2 0 8192
no_retries
end_session
