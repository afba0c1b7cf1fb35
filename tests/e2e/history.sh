#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A shell of Linux that appends each line to a file in the flash gets no more of
# them than it takes to know that, and the user is told.
# timeout: 60

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

# kept LINE...: these, and no others
kept() {
    equal "$(printf 'KEPT %s\n' "$@")" "$(grep ^KEPT "$T/sim.log")" 'kept lines'
}

# shellcheck disable=SC2016
ask='echo "fwfs-$((6*7))[$HISTFILE]"'
make_flash 1024
start_persona linux-shell --set getty=0 --set history=/root/.ash_history \
    --set tools=base64,md5sum --set prompt='root@box:/tmp# '
mount_fwfs 2> "$T/err"
note "$(cat "$T/err")"
grep -q "'/root/.ash_history'; behind 'HISTFILE= sh' it keeps none" "$T/err" ||
    fail 'the user is not told'
copied kernel $((0x10000)) 65536
confirmed u_env checksum
# This prompt could be U-Boot's, which is asked first.
kept version "$ask" 'HISTFILE= sh'
# A device that starts anew has the shell that keeps: of a start that nobody
# noticed it keeps one command, and the blanks that ask for its prompt.
kill -HUP "$console_pid"
sleep 1
: > "$T/sim.log"
copied rootfs $((0x40000)) 16384
equal "KEPT $ask"$'\n''KEPT HISTFILE= sh' "$(grep ^KEPT "$T/sim.log" | tail -n 2)" \
    'last kept lines'
at_most 6 "$(grep -c ^KEPT "$T/sim.log")" 'lines kept after a reset'
unmount_fwfs

# The next one finds the shell that keeps nothing, be it named or not.
: > "$T/sim.log"
mount_fwfs -d linux-shell 2> "$T/err"
[ ! -s "$T/err" ] || fail "said: $(cat "$T/err")"
unmount_fwfs
mount_fwfs
unmount_fwfs
! grep ^KEPT "$T/sim.log" || fail 'kept'
stop_device
