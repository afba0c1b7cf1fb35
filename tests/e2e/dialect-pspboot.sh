#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with TI's PSPBoot: ESC, words of a little-endian CPU with
# and without 0x, mtd variables and sections, no checksum.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 1024
good_at=$((0x20000))
after_at=$((0x80000))
extra=(-s "good:$((0x90000000 + good_at)):64K" -s bad:0x70000000:512
    -s "after:$((0x90000000 + after_at)):4K")

start_running pspboot
mount_at_power_on "${extra[@]}"
equal pspboot "$(status dialect)" dialect
files mtd0 mtd1 mtd4 PSBL good bad
sized flash.bin $((0x100000))
sized mtd2 $((0x8000))
sized mtd3 $((0x8000))
sized ENV $((0x8000))
copied flash.bin 0
confirmed ENV reread
no_retries
# It resets, and has to be stopped once more.
bad_address
end_session

note 'live, with noise, the words with 0x, tabs'
session pspboot --noise 7 --set prefix=1 --set gap=tab
mount_fwfs -t 5 "${extra[@]}"
sized mtd2 $((0x8000))
copied good "$good_at"
end_session

note 'it hangs at a bad address; noise in the middle of rows'
session pspboot --set bad=dead --noise 50 --set noise=split
mount_fwfs -t 4 "${extra[@]}"
copied mtd2 0 8192
bad_address reset
end_session
