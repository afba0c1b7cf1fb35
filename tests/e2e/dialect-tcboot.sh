#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with EcoNet's tcboot, which a bad address kills.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 1024
good_at=$((0x10000))
after_at=$((0x60000))
segments=(-t 5 -s good:0xb0010000:64K -s after:0xb0060000:4K \
    -s bad:0xd0000000:512)
session_from_start tcboot --set stop=t
mount_from_start "${segments[@]}"
equal tcboot "$(status dialect)" dialect
files flash.bin good
equal 1048576 "$(stat -c %s "$T/mnt/flash.bin")" 'size of flash.bin'
copied flash.bin 0
confirmed good reread
no_retries
bad_address reset
was_reset
end_session

# At its prompt, with a kernel's messages between the rows.
session tcboot --noise 20
mount_fwfs "${segments[@]}"
copied good "$good_at"
end_session

session_from_start tcboot
mount_from_start
copied flash.bin 0 8192
no_retries
end_session
