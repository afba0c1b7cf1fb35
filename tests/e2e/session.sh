# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole session with a simulated boot loader (tests/personas), for the
# tests/e2e/dialect-*.sh, which source it after lib.sh.

PERSONA=$(dirname "${BASH_SOURCE[0]}")/../personas/persona
after_at=0 # where the file `after` lies in the flash, see bad_address
need python3
need_fuse

# start_persona NAME OPTION...: on $T/tty, the flash is $T/flash.
start_persona() {
    rm -f "$T/persona.out"
    setpriv --pdeathsig TERM "$PERSONA" "$1" --flash "$T/flash" \
        --link "$T/tty" --log "$T/sim.log" "${@:2}" \
        > "$T/persona.out" 2>&1 &
    console_pid=$!
    pids+=("$console_pid")
    wait_for 10 grep -q ^ready "$T/persona.out" ||
        fail "persona: $(cat "$T/persona.out")"
}

# make_flash KIB: random, with text and what looks like prompts in it.
make_flash() {
    head -c $(($1 * 1024)) /dev/urandom > "$T/flash"
    printf '%s' $'=> \nCFE> \n# RedBoot> OK\n| - * <RealTek>' |
        dd of="$T/flash" bs=1 seek=$((0x1234)) conv=notrunc status=none
    head -c 4096 /dev/zero |
        dd of="$T/flash" bs=4096 seek=3 conv=notrunc status=none
}

# copied FILE OFFSET [BYTES]: the first 64 KiB of FILE are what the flash has
# at OFFSET.
copied() {
    local bytes=${3:-65536} began

    began=$(now_ms)
    head -c "$bytes" "$T/mnt/$1" > "$T/copy" || fail "$1: cannot be read"
    equal "$bytes" "$(stat -c %s "$T/copy")" "$1: bytes"
    same_part "$T/copy" "$T/flash" "$2" "$1"
    note "$1: $bytes bytes in $(($(now_ms) - began)) ms," \
        "commands: $(status commands), rows_bad: $(status rows_bad)," \
        "retries: $(status retries)"
}

# files NAME...: all are there.
files() {
    local name

    for name; do
        [ -e "$T/mnt/$name" ] || fail "no '$name' in: $(ls "$T/mnt")"
    done
}

# confirmed FILE ROUTE: all of it, by that route alone: checksum, reread.
confirmed() {
    timeout -k 5 120 "$FWFS" --verify "$T/mnt" "$1" > "$T/verify" 2>&1 ||
        fail "verify $1: $(cat "$T/verify")"
    equal "$(stat -c %s "$T/mnt/$1")" "$(file_status "$1" "confirmed_$2")" \
        "$1: bytes confirmed by $2"
}

# No row came damaged or had to be asked for again.
no_retries() {
    equal 0 "$(status retries)" retries
}

# session NAME OPTION...: another one, with nothing in the cache.
session() {
    rm -rf "$T/cache"
    start_persona "$@"
}

# session_from_start NAME OPTION...: its system runs and does not listen.
session_from_start() {
    session "$@" --starting --set countdown=0.5
    wait_for 10 grep -q ^booted "$T/sim.log" || fail "it does not start"
}

port_is_open() {
    local pid

    for pid in $(fwfs_pids); do
        [ -z "$(find "/proc/$pid/fd" -lname "$(readlink "$T/tty")")" ] ||
            return 0
    done
    return 1
}

# mount_from_start OPTION...: fwfs waits, then the device is switched on.
mount_from_start() {
    mount_fwfs "$@" &
    wait_for 10 port_is_open || fail "fwfs does not open the port"
    sleep 0.3
    kill -HUP "$console_pid"
    wait "$!" || fail "fwfs: exit $?"
}

# The mount and the persona end, and the log is looked at.
end_session() {
    unmount_fwfs
    stop_device
    nothing_dangerous
    rm "$T/sim.log"
}

# A read of file `bad`, which lies where nothing is, fails; whatever the device
# does then, `after` can be read, which was not read before and stands at
# $after_at. reset: it hangs until that.
bad_address() {
    local began

    began=$(now_ms)
    ! timeout 60 head -c 512 "$T/mnt/bad" > /dev/null 2> "$T/err" ||
        fail "the bad address could be read"
    grep -q 'Input/output error' "$T/err" || fail "bad: $(cat "$T/err")"
    [ "${1-}" != reset ] || kill -HUP "$console_pid"
    timeout 60 cat "$T/mnt/after" > "$T/copy" ||
        fail "nothing can be read behind the bad address"
    same_part "$T/copy" "$T/flash" "$after_at" after
    note "bad address: $(($(now_ms) - began)) ms"
}

# Nobody else told fwfs.
was_reset() {
    [ "$(status resets)" -ge 1 ] || fail "the reset was not noticed"
}

# Only commands that change nothing were sent, and all were known.
nothing_dangerous() {
    ! grep -q ^DANGER "$T/sim.log" ||
        fail "sent: $(grep -m 3 ^DANGER "$T/sim.log")"
}

# sized FILE BYTES
sized() {
    equal "$2" "$(stat -c %s "$T/mnt/$1")" "size of $1"
}

# start_running NAME OPTION...: as start_persona, and nobody stopped it: its
# system runs.
start_running() {
    start_persona "$@" --starting --set countdown=1
    wait_for 10 grep -q ^booted "$T/sim.log" || fail 'no system was started'
}

asked_or_over() {
    grep -q power-cycle "$T/mount.out" || ! alive "$1"
}

# mount_at_power_on OPTION...: the device is reset when fwfs asks for that, and
# its countdown takes a second. (It may be so slow to start that fwfs sees it.)
mount_at_power_on() {
    local pid

    : > "$T/mount.out" # of an earlier mount
    timeout -k 5 120 "$FWFS" --cache-dir "$T/cache" "$@" "$T/tty" "$T/mnt" \
        > "$T/mount.out" 2>&1 &
    pid=$!
    pids+=("$pid")
    wait_for 20 asked_or_over "$pid" ||
        fail "nobody is asked for the power: $(cat "$T/mount.out")"
    ! grep -q power-cycle "$T/mount.out" || kill -HUP "$console_pid"
    wait "$pid" || fail "fwfs $*: $(cat "$T/mount.out")"
}
