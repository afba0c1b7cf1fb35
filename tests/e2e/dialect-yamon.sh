#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with YAMON: Ctrl-C, its sum that is Unix' cksum, both byte
# orders. It has no map of flash, so the user names what is to be seen.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 512
good_at=$((0x20000))
after_at=$((0x30000))
extra=(-s rom:0xBE000000:512K -s "good:$((0xBE000000 + good_at)):64K"
    -s "after:$((0xBE000000 + after_at)):4K" -s bad:0x70000000:512)

start_running yamon
mount_at_power_on "${extra[@]}"
equal yamon "$(status dialect)" dialect
sized rom $((0x80000))
copied rom 0
no_retries
confirmed good checksum
bad_address
end_session

note 'live, with noise, little-endian'
session yamon --noise 7 --set endian=little --set cksum=one
mount_fwfs "${extra[@]}"
copied good "$good_at"
bad_address
end_session

note 'noise in the middle of rows'
session yamon --noise 50 --set noise=split
mount_fwfs "${extra[@]}"
copied good "$good_at" 8192
end_session
