#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with ZyXEL's BootBase: no prompt, AT commands, a pager,
# and one that has to be unlocked with the password for its seed.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 1024
good_at=$((0x20000))
after_at=$((0x30000))
extra=(-s "good:$((0xB0000000 + good_at)):64K"
    -s "after:$((0xB0000000 + after_at)):4K" -s bad:0x70000000:512)

# unlocks SEED: as the boot loader makes it of what ATSE prints.
unlocks() {
    local head=$((16#${1:0:6})) turn=$((16#${1:10:2} & 7)) x

    x=$(((head + 0x10F0A563) & 0xFFFFFFFF))
    x=$(((x >> turn | x << (32 - turn)) & 0xFFFFFFFF))
    printf '%08X' $((x ^ head))
}

start_running zyxel
mount_at_power_on "${extra[@]}"
equal zyxel "$(status dialect)" dialect
files BootBas DbgArea RomDir2 BootExt MemMapT tiadsl RomDefa RasCode
sized flash.bin $((0x100000))
sized BootBas $((0x8000))
sized RomDir2 $((0x10000))
copied flash.bin 0
no_retries
confirmed BootBas reread
bad_address
end_session

note 'it stands where it has no prompt: only AT, which -d allows, tells it'
session zyxel --noise 7 --set erase=cr --set pause=every
mount_fwfs -d zyxel "${extra[@]}"
copied good "$good_at" 8192
end_session

note 'locked, and with a prompt; it hangs at a bad address'
rm -rf "$T/cache"
start_running zyxel --set prompt=ATCmd --set locked=1 --set bad=dead
mount_at_power_on -t 4 -o "password=$(unlocks 0213C7A05D4E)" "${extra[@]}"
sized flash.bin $((0x100000))
copied BootExt $((0x20000)) 8192
bad_address reset
! grep -rq "$(unlocks 0213C7A05D4E)" "$T/mnt/.fwfs/transcript" ||
    fail 'the password is in the transcript'
end_session
