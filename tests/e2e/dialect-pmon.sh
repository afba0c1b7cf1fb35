#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with PMON: S-records, rows for the second reading, a pager,
# and a prompt that counts.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 512
good_at=$((0x20000))
after_at=$((0x30000))
extra=(-s "good:$((0xBFC00000 + good_at)):64K"
    -s "after:$((0xBFC00000 + after_at)):4K" -s bad:0x70000000:512)

start_running pmon
mount_at_power_on "${extra[@]}"
equal pmon "$(status dialect)" dialect
sized rom.bin $((0x80000))
copied rom.bin 0
no_retries
grep -q '^cmd dump bfc' "$T/sim.log" || fail 'no S-records were asked for'
confirmed good reread
bad_address
end_session

note 'live, with noise, a pager, a prompt that counts, long records'
session pmon --noise 9 --set prompt='PMON !> ' --set pager=always \
    --set srec=32 --set trail=0
mount_fwfs "${extra[@]}"
copied good "$good_at" 16384
bad_address
end_session

note 'noise in the middle of records'
session pmon --noise 50 --set noise=split --set moresz=4
mount_fwfs "${extra[@]}"
copied good "$good_at" 8192
end_session
