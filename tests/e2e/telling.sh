#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What fwfs tells: --status, --probe and lists, .fwfs and its maps, xattrs,
# EROFS.
# alone: what stands on a terminal at a time

. "$(dirname "$0")/lib.sh"
need_fuse
need genromfs jq getfattr ddrescuelog

for option in --help --version --list-ports --list-dialects; do
    "$FWFS" $option > "$T/out" 2> "$T/err" || fail "$option: exit $?"
    [ ! -s "$T/err" ] || fail "$option: stderr: $(cat "$T/err")"
done
contains "$("$FWFS" --version)" 'fwfs ' 'libfuse 3'
contains "$("$FWFS" --list-dialects)" winbond u-boot
contains "$("$FWFS" --help)" Usage: --segment
refused 1 --status "$T/mnt"
contains "$message" 'no fwfs is mounted here'
refused 1 --status --json "$T/none"

camera_flash "$T/flash" 20000
start_sim --loader winbond --flash "$T/flash" --baud 0

probed=$("$FWFS" --probe "$T/tty") || fail "--probe: exit $?"
contains "$probed" winbond 'W90P745 Boot Loader' 'd -' romfs.img linux.bin \
    'BOOT INFO' 0x7f0e0000
nothing_left --probe

mount_fwfs
dd if="$T/mnt/romfs.img" of=/dev/null bs=1K count=10 status=none

drawn=$("$FWFS" --status "$T/mnt") || fail "--status: exit $?"
note "$(grep romfs <<< "$drawn")"
contains "$drawn" "$T/tty" winbond '[' '#' '50%' 'BOOT INFO' '10K of 20K'
"$FWFS" --status --json "$T/mnt" > "$T/status.json"
equal 5 "$(jq '.files | length' "$T/status.json")" "files in status.json"
equal 10240 "$(jq '.files[] | select(.name == "romfs.img") | .known' \
    "$T/status.json")" "known, status.json"
equal 10240 "$(awk '$1 == "file:" && $NF == "romfs.img" { print $2 }' \
    "$T/mnt/.fwfs/status")" "known, status"
contains "$(cat "$T/mnt/.fwfs/segments")" 0x7f0e0000 'BOOT INFO'
contains "$(cat "$T/mnt/.fwfs/transcript")" 'bootloader > d -s' '[7F0E0'

for map in "$T/mnt/.fwfs"/*.map; do
    ddrescuelog -t "$map" > "$T/table" || fail "ddrescuelog -t $map: exit $?"
done
contains "$(ddrescuelog -t "$T/mnt/.fwfs/romfs.img.map")" 'rescued:    10240 B'
ddrescuelog -D "$T/mnt/.fwfs/romfs.img.map" && fail "half is no whole"
equal + "$(map_status romfs.img 10239)" "map at 10239"
equal '?' "$(map_status romfs.img 10240)" "map at 10240"
cat "$T/mnt/romfs.img" > /dev/null
ddrescuelog -D "$T/mnt/.fwfs/romfs.img.map" || fail "the map is not complete"

attribute() {
    getfattr --only-values -n "user.fwfs.$1" "$T/mnt/romfs.img"
}
equal 0x7f0e0000 "$(attribute address)" user.fwfs.address
equal "$(stat -c %s "$T/romfs")" "$(($(attribute size)))" user.fwfs.size
equal flash "$(attribute medium)" user.fwfs.medium

# Nothing can be written. As root permissions do not stand in the way.
readonly_says() {
    "$@" 2> "$T/err" && fail "$*: no error"
    contains "$(cat "$T/err")" 'Read-only file system'
}
readonly_says dd if=/dev/zero of="$T/mnt/flash.bin" count=1 conv=notrunc \
    status=none
readonly_says touch "$T/mnt/new"
readonly_says rm -f "$T/mnt/romfs.img"
readonly_says mkdir "$T/mnt/directory"
readonly_says mv "$T/mnt/romfs.img" "$T/mnt/other"
readonly_says truncate -s 1 "$T/mnt/linux.bin"
readonly_says chmod 777 "$T/mnt/linux.bin"
equal 1 "$(grep -c ^ls "$T/sim.log" | awk '{ print ($1 >= 1) }')" "ls was asked"
grep -Ev '^(i|ls|d -[bs]( 0x7F[0-9A-F]{6})?)$' "$T/sim.log" &&
    fail "commands that no dialect lists"
unmount_fwfs
