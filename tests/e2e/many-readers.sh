#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Twelve readers wait for a line of 2 kB/s: the mount still answers at once,
# and Ctrl-C frees a reader and the line.
# alone: how long ls takes

. "$(dirname "$0")/lib.sh"
need_fuse

noise 0x400000 readers > "$T/flash"
start_sim --loader winbond --flash "$T/flash" --baud 93000
mount_fwfs

# start_reader N: reads 16 KiB at N * 64 KiB. An interactive shell would leave
# SIGINT alone; this one makes its children ignore it, so python restores it.
start_reader() {
    python3 -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp("dd", ["dd", "if=" + sys.argv[1], "bs=16K", "count=1", "status=none",
                 "skip=" + str(4 * int(sys.argv[2])),
                 "of=" + sys.argv[3]])
' "$T/mnt/flash.bin" "$1" "$T/part$1" &
    readers[$1]=$!
    pids+=("$!")
}

pending_is() {
    [ "$(status pending)" -eq "$1" ]
}

# best_of_3 COMMAND...: the least of three times, in ms.
best_of_3() {
    local began took best=999999

    for _ in 1 2 3; do
        began=$(now_ms)
        "$@" > /dev/null
        took=$(($(now_ms) - began))
        [ "$took" -ge "$best" ] || best=$took
    done
    echo "$best"
}

# interrupt N: $took is then the ms until the reader was gone. No subshell:
# the reader is a child of this shell.
interrupt() {
    local began

    began=$(now_ms)
    kill -INT "${readers[$1]}"
    wait "${readers[$1]}" 2> /dev/null || true
    took=$(($(now_ms) - began))
    ! alive "${readers[$1]}" || fail "reader $1 is still there"
}

# commands_for N...: how many dump commands the readers' ranges took.
commands_for() {
    local n

    for n; do
        printf '%s ' "$(grep -c "0x7F$(printf '%02X' "$n")" "$T/sim.log")" ||
            true
    done
}

is_served() {
    [ "$(commands_for "$1")" != "0 " ]
}

declare -a readers
for n in {1..12}; do
    start_reader "$n"
    wait_for 10 pending_is "$n" || fail "reader $n does not wait"
done

at_most $((100 * SLOW)) "$(best_of_3 ls "$T/mnt")" "ms for ls"
at_most $((100 * SLOW)) "$(best_of_3 ls -l "$T/mnt/.fwfs")" "ms for ls .fwfs"
at_most $((100 * SLOW)) "$(best_of_3 cat "$T/mnt/.fwfs/status")" "ms for status"
pending_is 12 || fail "a reader was served meanwhile"

# The one that is being served, the next two when they are, the last.
least=999999
for n in 1 2 3 12; do
    [ "$n" -eq 12 ] || wait_for 2 is_served "$n" || fail "no turn for $n"
    interrupt "$n"
    note "reader $n gone after $took ms"
    [ "$took" -ge "$least" ] || least=$took
    [ ! -s "$T/part$n" ] || fail "reader $n got bytes"
done
at_most $((300 * SLOW)) "$least" "ms until Ctrl-C frees a reader"
wait_for 2 pending_is 8 || fail "$(status pending) wait, not 8"

# The line is for those who still wait.
wait_for 2 is_served 4 || fail "no turn for 4"
sleep 0.5
before=$(commands_for 1 2 3 12)
sleep 1
equal "$before" "$(commands_for 1 2 3 12)" "commands for readers that are gone"
note "commands for readers 1, 2, 3, 12, 4: $(commands_for 1 2 3 12 4)"
equal busy "$(status line)" line

for n in {4..11}; do
    interrupt "$n"
done
wait_for 2 pending_is 0 || fail "$(status pending) still wait"
wait_for 2 line_is_quiet || fail "the line is busy for nobody"
bytes=$(status device_bytes_read)
sleep 1
equal "$bytes" "$(status device_bytes_read)" "bytes read for nobody"
note "bytes fetched in all: $bytes"

# What was interrupted can be read.
dd if="$T/mnt/flash.bin" of="$T/again" bs=1K skip=64 count=2 status=none
same_part "$T/again" "$T/flash" 65536 "after all that"
unmount_fwfs
