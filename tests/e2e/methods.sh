#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The cheapest dump command that prints what the safe one does, and --probe
# which tells of it.

. "$(dirname "$0")/lib.sh"
need_fuse

letters 65536 rows > "$T/flash"

# copies SIM-OPTION...: all of it, right.
copies() {
    rm -f "$T/sim.log"
    start_sim --loader u-boot --flash "$T/flash" --baud 0 "$@"
    "$FWFS" --probe "$T/tty" > "$T/probe" || fail "probe: $*"
    mount_fwfs --no-cache -o verify=fast
    cp "$T/mnt/flash.bin" "$T/copy"
    same "$T/copy" "$T/flash" "$*"
    unmount_fwfs
}

# tells TEXT: --probe does.
tells() {
    grep -qF "$1" "$T/probe" || fail "not in --probe: $1: $(cat "$T/probe")"
}

copies
tells 'words: in use, '
tells 's-records: this boot loader lacks it'
tells 'double-words: this boot loader lacks it'
tells 'bytes: what others are compared with'
equal 2 "$(grep -c '^md\.b ' "$T/sim.log")" 'dumps of bytes: one a session'
stop_device

copies --has saves
tells 's-records: in use, '
tells 'words: costs more'
grep -q '^saves ' "$T/sim.log" || fail 'no S-records'
! grep -q '^md\.l ' "$T/sim.log" || fail 'words, though S-records are cheaper'
stop_device

copies --64 --format new
tells 'double-words: in use, '
tells 'proved, words are printed reversed'
grep -q '^md\.q ' "$T/sim.log" || fail 'no double words'
stop_device

copies --64 --format new --endian big
tells 'double-words: in use, '
tells 'proved, words are printed in memory order'
stop_device

# --- a section whose rows are others than the device's ----------------------

# dialect ADDRESS-PREFIX: a section more, before the others; for all of them.
dialect() {
    awk -v "prefix=$1" '
        /^dump words/ {
            print "dump misfit {\n    command = \"d -b 0x{address:X8}\""
            print "    order = memory\n    fixed = 0x100"
            print "    skip = \x27^Displaying memory at \x27\n    row {"
            print "        address-prefix = \"<\"\n        address-digits = 8"
            print "        address-suffix = \"> \"\n        cell-bytes = 1"
            print "        cells = 16\n        separators = \" -\"\n    }\n}\n"
        }
        { sub(/address-prefix = "\["/, "address-prefix = \"" prefix "\"") }
        { print }' "$FWFS_DIALECTS/winbond.conf" > "$T/odd.conf"
}

start_sim --loader winbond --flash "$T/flash" --baud 0
dialect '['
"$FWFS" -d "$T/odd.conf" --probe "$T/tty" > "$T/probe" || fail 'probe: misfit'
tells 'misfit: not used: it prints nothing that is understood'
tells 'words: in use, '
mount_fwfs -d "$T/odd.conf" --no-cache
head -c 20000 "$T/mnt/flash.bin" > "$T/copy"
same_part "$T/copy" "$T/flash" 0 'the next section'
equal 0 "$(status rows_lost)" 'lost rows of a clean line'
unmount_fwfs

dialect '{'
! "$FWFS" -d "$T/odd.conf" --probe "$T/tty" > "$T/probe" 2> "$T/err" ||
    fail "probe, though nothing is understood: $(cat "$T/probe")"
contains "$(cat "$T/err")" 'no dump command of dialect odd prints' \
    "printed '[7F" "says '{00000000] 00"
mount_fwfs -d "$T/odd.conf" --no-cache
! head -c 64 "$T/mnt/flash.bin" > "$T/copy" 2> "$T/err" || fail 'bytes'
contains "$(cat "$T/err")" 'Input/output error'
contains "$(cat "$T/mnt/.fwfs/status")" 'no dump command of dialect odd prints'
unmount_fwfs
stop_device
