#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with Open Firmware, which counts in its prompt and starts
# nothing by itself. It has no map of flash: the user names what is to be seen.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 512
rom=$((0x100000000 - 0x80000))
good_at=$((0x20000))
after_at=$((0x30000))
extra=(-s "rom:$rom:512K" -s "good:$((rom + good_at)):64K"
    -s "after:$((rom + after_at)):4K" -s bad:0x70000000:512)

start_persona openfirmware --starting
mount_fwfs -t 4 "${extra[@]}"
equal openfirmware "$(status dialect)" dialect
sized rom $((0x80000))
copied rom 0
no_retries
confirmed good reread
bad_address reset
end_session

note 'live, with noise'
session openfirmware --noise 7
mount_fwfs "${extra[@]}"
copied good "$good_at"
end_session

note 'noise in the middle of rows'
session openfirmware --noise 50 --set noise=split
mount_fwfs "${extra[@]}"
copied good "$good_at" 8192
end_session
