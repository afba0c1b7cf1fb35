#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The cable is pulled in the middle of a cp and put back: the cp goes on. It
# stays away: EIO within the time-out, umount is quick, and what was read
# before can still be read.
# alone: the cable is pulled by the clock

. "$(dirname "$0")/lib.sh"
need_fuse
need jq

noise 262144 cable > "$T/flash"

known_is_over() {
    [ "$(file_status flash.bin known)" -gt "$1" ]
}

begin() {
    note "$*"
    start_sim --flash "$T/flash" --baud 0 "$@"
    start_faultline --baud 8000000
}

end() {
    stop_faultline
    stop_device
}

start_copy() {
    cp "$T/mnt/flash.bin" "$T/copy" 2> "$T/cp.err" &
    copier=$!
    pids+=("$copier")
    wait_for 30 known_is_over $((64 << 10)) || fail "nothing comes"
    kill -USR1 "$faultline_pid"
}

# back_after SECONDS
back_after() {
    mount_fwfs --no-cache
    start_copy
    sleep "$1"
    [ ! -e "$T/tty" ] || fail "the cable was not pulled"
    kill -USR2 "$faultline_pid"
    wait "$copier" || fail "cp: $(cat "$T/cp.err")"
    same "$T/copy" "$T/flash" "after $1 s"
    unmount_fwfs
}

stays_away() {
    local began known

    mount_fwfs --no-cache --timeout 3
    start_copy
    began=$(now_ms)
    wait "$copier" && fail "bytes from nowhere"
    at_most $((12000 * SLOW)) $(($(now_ms) - began)) "ms until EIO"
    contains "$(cat "$T/cp.err")" 'Input/output error'
    same_part "$T/copy" "$T/flash" 0 "what cp got"
    equal gone "$(status line)" line
    known=$(stat -c %s "$T/copy")
    began=$(now_ms)
    head -c "$known" "$T/mnt/flash.bin" > "$T/part"
    at_most $((1000 * SLOW)) $(($(now_ms) - began)) "ms for what is cached"
    equal "$known" "$(stat -c %s "$T/part")" "bytes that are cached"
    same_part "$T/part" "$T/flash" 0 "what is cached"
    began=$(now_ms)
    unmount_dir "$T/mnt"
    at_most $((1000 * SLOW)) $(($(now_ms) - began)) "ms for umount"
    wait_for 5 no_fwfs_left || fail "fwfs still runs"
    kill -USR2 "$faultline_pid"
    wait_for 5 test -e "$T/tty" || fail "the cable is not back"
}

for loader in winbond u-boot; do
    begin --loader $loader
    back_after 0.3
    back_after 4
    stays_away
    end
done
