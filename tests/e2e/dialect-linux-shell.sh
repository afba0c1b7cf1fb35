#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with a root shell of Linux: a console that waits for Enter,
# /proc/mtd, whichever tools there are. Nothing of it is mapped memory.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 1024

# To a device that says nothing fwfs sends no line end; it waits until it is asked
# for Enter.
start_persona linux-shell --starting
mount_at_power_on
equal linux-shell "$(status dialect)" dialect
files 'boot loader' u_env rootfs 'User FS' art
sized kernel $((0x30000))
sized firmware $((0xC8000))
copied firmware $((0x10000))
no_retries
grep -q '^cmd dd .*|gzip -c|base64' "$T/sim.log" || fail 'nothing was packed'
confirmed u_env checksum
end_session

# with TOOLS COMMAND ROUTE: what is read by it, as 64 KiB would be
with() {
    note "$1"
    session linux-shell --set tools="stty,dmesg,$1" --noise 5 "${@:4}"
    mount_fwfs
    copied kernel $((0x10000)) 16384
    grep -q "^cmd dd .*|$2" "$T/sim.log" || fail "not read by $2"
    confirmed u_env "$3"
    # This prompt could be U-Boot's, which is asked first.
    sed -i '/^DANGER version$/d' "$T/sim.log"
    end_session
}

with base64,gzip,sha1sum 'gzip -c|base64' checksum
with base64,md5sum base64 checksum --set prompt='root@box:~# '
with xxd,sha256sum 'xxd -p' checksum --set lineedit=1 --set ask=1
with hexdump,cksum 'hexdump -v -C' checksum --set overlap=0
with od 'od -A x -t x1 -v' reread --set sysfs=0

# Messages of the kernel in the middle of a line, more of them than one stream
# of 32 KiB can do without: less is asked for at once.
for tools in base64,gzip,sha1sum base64,md5sum; do
    note "messages in $tools"
    session linux-shell --set "tools=$tools" --noise 300 --set noise=split
    mount_fwfs
    copied kernel $((0x10000)) 131072
    end_session
done
