#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# One character of a command arrives as a line end, so that its beginning runs:
# no beginning does harm, and what is read is right or EIO.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

# torn REGEX: from now on, before the board that runs. The character is the last
# one of what matches.
torn() {
    ln -sfn "$(readlink -f "$T/tty")" "$T/board"
    rm -f "$T/torn.out"
    setpriv --pdeathsig TERM "$(dirname "$0")/torn.py" "$T/tty" "$T/board" \
        "$1" > "$T/torn.out" 2>&1 &
    torn_pid=$!
    pids+=("$torn_pid")
    wait_for 5 grep -q ^ready "$T/torn.out" || fail "torn: $(cat "$T/torn.out")"
}

# ran: the beginning that ran.
ran() {
    grep ^torn "$T/torn.out" || fail 'nothing was torn'
    end_process "$torn_pid"
}

# --- a Linux shell: what creates files -----------------------------------------

make_flash 1024
for regex in ' 2.' ' 2>.' ' 2>..' ' 2>...' '\|.'; do
    rm -rf "$T/cache"
    start_persona linux-shell --set tools=base64,md5sum --set getty=0
    torn "dd if=/dev/mtd2 .*?$regex"
    mount_fwfs
    copied kernel $((0x10000)) 2048
    # This prompt could be U-Boot's, which is asked first.
    sed -i '/^DANGER version$/d' "$T/sim.log"
    ran
    end_session
done
