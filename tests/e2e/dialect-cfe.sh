#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with Broadcom's CFE that has the command d: a router, whose
# exceptions are resets, and a set-top box, which prints other rows.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 512
good_at=$((0x10000))
after_at=$((0x60000))
segments=(-s good:0xbc010000:64K -s after:0xbc060000:4K \
    -s bad:0xd0000000:512)
session_from_start cfe
mount_from_start "${segments[@]}"
equal cfe "$(status dialect)" dialect
files flash.bin boot trx os nvram good
equal 524288 "$(stat -c %s "$T/mnt/flash.bin")" 'size of flash.bin'
equal 131072 "$(stat -c %s "$T/mnt/boot")" 'size of boot'
equal 1024 "$(stat -c %s "$T/mnt/trx")" 'size of trx'
copied boot 0
confirmed boot reread
no_retries
bad_address
was_reset
end_session

# At its prompt, with a kernel's messages between the rows; others tell a bad
# address and go on.
session cfe --noise 20 --set bad=peek
mount_fwfs "${segments[@]}"
copied good "$good_at"
bad_address
equal 0 "$(status resets)" resets
end_session

session_from_start cfe --set endian=big
mount_from_start
copied boot 0 8192
no_retries
end_session

# Sixteen digits; where the flash is cannot be told.
session_from_start cfe --set bits=64
mount_from_start "${segments[@]}"
copied good "$good_at" 8192
no_retries
end_session

session_from_start cfe --set format=stb
mount_from_start "${segments[@]}"
copied good "$good_at" 8192
no_retries
end_session
