#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with Arcadyan's brnboot: three blanks, a menu of single keys,
# a dialogue for each read. Its map is shown where it erases, so the banner has
# to do.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 8192
good_at=$((0x20000))
after_at=$((0x30000))
extra=(-s "good:$((0xB0000000 + good_at)):64K"
    -s "after:$((0xB0000000 + after_at)):4K" -s bad:0x70000000:512)

start_running brnboot
mount_at_power_on -t 4 "${extra[@]}"
equal brnboot "$(status dialect)" dialect
sized flash.bin $((0x800000))
copied flash.bin 0
no_retries
confirmed good reread
bad_address reset
end_session

note 'live, with noise; -d, since to an unknown one Ctrl-C and Ctrl-U are sent,'
note 'and a menu takes each key'
session brnboot --noise 7 --set board=AR9 --set bad=reset
mount_fwfs -d brnboot "${extra[@]}"
copied good "$good_at"
bad_address
end_session

note 'noise in the middle of rows'
session brnboot --noise 50 --set noise=split
mount_fwfs -d brnboot "${extra[@]}"
copied good "$good_at" 8192
end_session
