#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with the CFE of DSL gateways: flash on the bus, then NAND,
# whose pages come with a spare area and between messages about ECC.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 1024
good_at=$((0x10000))
after_at=$((0x60000))
segments=(-s good:0xb8010000:64K -s after:0xb8060000:4K \
    -s bad:0xd0000000:512)
session_from_start cfe-dm --set stop=t
mount_from_start "${segments[@]}"
equal cfe-dm "$(status dialect)" dialect
files flash.bin good
equal 1048576 "$(stat -c %s "$T/mnt/flash.bin")" 'size of flash.bin'
copied good "$good_at"
confirmed good reread
no_retries
bad_address
was_reset
end_session

# At its prompt, with what the network and the flash say between the rows.
session cfe-dm --noise 20 --set bad=peek
mount_fwfs "${segments[@]}"
copied good "$good_at"
bad_address
end_session

session_from_start cfe-dm --set variant=nand --set map=fi
mount_from_start
files nand0.bin boot rootfs1 data bbt
equal 1048576 "$(stat -c %s "$T/mnt/nand0.bin")" 'size of nand0.bin'
equal 131072 "$(stat -c %s "$T/mnt/boot")" 'size of boot'
copied nand0.bin 0
confirmed boot reread
no_retries
end_session

session_from_start cfe-dm --noise 40 --set variant=nand --set read-line=yes
mount_from_start
copied nand0.bin 0
end_session

# Pages of 512 bytes, which blocks of 16 KiB tell, or the banner itself.
make_flash 256
session_from_start cfe-dm --set variant=nand --set pages=512 --set ecc-line=yes
mount_from_start
equal 262144 "$(stat -c %s "$T/mnt/nand0.bin")" 'size of nand0.bin'
dd if="$T/mnt/nand0.bin" of="$T/part" bs=1K skip=15 count=34 status=none
same_part "$T/part" "$T/flash" $((15 << 10)) 'small pages'
no_retries
end_session

session_from_start cfe-dm --noise 40 --set variant=nand --set pages=512
mount_from_start
dd if="$T/mnt/nand0.bin" of="$T/part" bs=1K skip=31 count=2 status=none
same_part "$T/part" "$T/flash" $((31 << 10)) 'small pages, noise'
end_session

session_from_start cfe-dm --set variant=nand --set pages=4096
mount_from_start
dd if="$T/mnt/nand0.bin" of="$T/part" bs=1K skip=126 count=4 status=none
same_part "$T/part" "$T/flash" $((126 << 10)) 'large pages'
end_session

# At its prompt nobody tells the size of blocks and pages: numbers that are
# guessed would read another place.
session cfe-dm --set variant=nand --set pages=4096
refused 1 --no-cache -s x:nand0@0:64K "$T/tty" "$T/mnt"
contains "$message" 'the size of its'
