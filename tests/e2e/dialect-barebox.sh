#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with barebox: device files, their CRC-32, cells that cannot
# be read.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 1024
good_at=$((0x20000))
after_at=$((0x30000))
extra=(-s "good:$((0xA0000000 + good_at)):64K"
    -s "after:$((0xA0000000 + after_at)):4K" -s bad:0x70000000:512)

start_running barebox
mount_at_power_on "${extra[@]}"
equal barebox "$(status dialect)" dialect
files barebox bareboxenv rootfs
sized nor0.bin $((0x100000))
sized kernel $((0x40000))
copied nor0.bin 0
no_retries
grep -q '^cmd md -b -s /dev/nor0 ' "$T/sim.log" || fail 'nor0 was not read'
confirmed bareboxenv checksum
bad_address
end_session

note 'live, with noise, a prompt without the board, a page that is lost'
session barebox --noise 7 --set board= --set unreadable=0x38000+512
mount_fwfs "${extra[@]}"
copied good "$good_at"
! dd if="$T/mnt/nor0.bin" of="$T/part" bs=512 skip=448 count=1 status=none \
    2> "$T/err" || fail 'what cannot be read was read'
grep -q 'Input/output error' "$T/err" || fail "unreadable: $(cat "$T/err")"
for at in 447 449; do
    dd if="$T/mnt/nor0.bin" of="$T/part" bs=512 skip=$at count=1 status=none
    same_part "$T/part" "$T/flash" $((512 * at)) "beside it"
done
end_session

note 'noise in the middle of rows'
session barebox --noise 50 --set noise=split
mount_fwfs "${extra[@]}"
copied kernel $((0x10000)) 8192
end_session
