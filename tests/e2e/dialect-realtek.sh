#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with Realtek's loader: flash comes through RAM, after a
# question; builds that count rows and end lines in other ways.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 1024
after_at=$((0x60000))
segments=(-t 5 -o ram=0x80500000:1M -s good:flash@0x10000:64K -s after:flash@0x60000:4K \
    -s bad:0xd0000000:512)
session_from_start realtek
mount_from_start "${segments[@]}"
equal realtek "$(status dialect)" dialect
files flash.bin good
equal 1048576 "$(stat -c %s "$T/mnt/flash.bin")" 'size of flash.bin'
copied flash.bin 0
confirmed good reread
no_retries
bad_address reset
was_reset
end_session

# At its prompt, with a kernel's messages between the rows.
session realtek --noise 20 --set bad=reset
mount_fwfs "${segments[@]}" -s flash.bin:flash@0:1M
copied flash.bin 0
bad_address
end_session

session_from_start realtek --set loader=open
mount_from_start "${segments[@]}"
copied flash.bin 0 8192
no_retries
end_session

session_from_start realtek --set eol=expanded
mount_from_start "${segments[@]}"
copied flash.bin 0 8192
no_retries
end_session
