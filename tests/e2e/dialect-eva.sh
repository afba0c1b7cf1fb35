#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with AVM's EVA: words in the order that the place of RAM
# tells, a map in the environment.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 512
good_at=$((0x10000))
after_at=$((0x60000))
segments=(-t 5 -s good:0x90010000:64K -s after:0x90060000:4K \
    -s bad:0xd0000000:512)
session_from_start eva
mount_from_start "${segments[@]}"
equal eva "$(status dialect)" dialect
files flash.bin mtd1 mtd2 mtd3 mtd4 good
equal 524288 "$(stat -c %s "$T/mnt/flash.bin")" 'size of flash.bin'
equal 16384 "$(stat -c %s "$T/mnt/mtd2")" 'size of mtd2'
copied mtd1 16384
confirmed mtd2 reread
no_retries
bad_address
was_reset
end_session

# At its prompt, with messages of the network between the rows.
session eva --noise 20 --set bad=dead
mount_fwfs "${segments[@]}"
copied good "$good_at"
bad_address reset
end_session
