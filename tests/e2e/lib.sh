# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# What the end-to-end tests share; they source it first.
#
# A test has a folder $T of its own, with the port $T/tty, the mount point
# $T/mnt and the cache $T/cache. At its end whatever it mounted or started is
# gone, or it has failed. Exit 77: skipped, the last line says why.

set -eEuo pipefail
shopt -s inherit_errexit

BUILD=${FWFS_BUILD:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/build}
FWFS=$BUILD/fwfs
SIM=$BUILD/fwfs-sim
MKFLASH=$BUILD/fwfs-mkflash
FAULTLINE=$BUILD/fwfs-faultline
export LC_ALL=C
# Sanitizers slow everything down; times allowed are multiplied by this.
SLOW=${FWFS_SAN:+4}
SLOW=${SLOW:-1}

T=$(mktemp -d "${TMPDIR:-/tmp}/fwfs-e2e.XXXXXX")
mkdir "$T/mnt"
pids=() # started here, to be ended here

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

skip() {
    echo "$*"
    exit 77
}

note() {
    echo "# $*"
}

# --- the end ---------------------------------------------------------------

# What is mounted below $T, the innermost first.
mounts_here() {
    awk -v t="$T/" 'index($5, t) == 1 { print $5 }' /proc/self/mountinfo | tac
}

# PIDs of this test's fwfs processes: of this build, with $T in an argument.
fwfs_pids() {
    local dir args

    for dir in /proc/[0-9]*; do
        [ "$dir/exe" -ef "$FWFS" ] || continue
        args=$(tr '\0' '\n' 2> /dev/null < "$dir/cmdline") || continue
        [[ $args == *"$T/"* ]] && echo "${dir#/proc/}"
    done
    return 0
}

# A process that ended and was not waited for counts as gone.
alive() {
    [ -e "/proc/$1" ] && ! grep -q '^State:.[ZX]' "/proc/$1/status" 2> /dev/null
}

# end_process PID [SIGNAL]: asks, waits 5 s, insists.
end_process() {
    local i

    kill "-${2:-TERM}" "$1" 2> /dev/null || return 0
    for ((i = 0; i < 250; i++)); do
        alive "$1" || break
        sleep 0.02
    done
    kill -KILL "$1" 2> /dev/null || true
    { wait "$1" || true; } 2> /dev/null
}

unmount_rest() {
    local dir

    mounts_here | while read -r dir; do
        unmount_dir "$dir" 2> /dev/null || umount -l "$dir" 2> /dev/null ||
            fusermount3 -uz "$dir" 2> /dev/null || echo "still mounted: $dir"
    done
}

# Nothing was done to the simulated board that nobody asked for: no command
# that changes something, and no line that somebody else had typed before.
harmless() {
    local found

    # One of the two is mostly not there, for which grep exits with 2.
    found=$(grep -shm 3 -E '^!(dangerous|foreign|changed)' "$T/sim.log" \
        "$T/log" || true)
    [ -n "$found" ] || return 0
    echo "FAILED: this was done to the device: $found" >&2
    return 1
}

# In this order, so that nothing waits for what has been ended already.
clean_up() {
    local code=$? pid

    trap - ERR EXIT
    trap '' INT TERM HUP # whoever ends a test may say so twice
    set +e
    [ "$code" -ne 0 ] || harmless || code=1
    [ "$code" -eq 0 ] || [ "$code" -eq 77 ] || tell_more
    for pid in "${pids[@]}"; do
        [ "$pid" = "${console_pid-}" ] || [ "$pid" = "${faultline_pid-}" ] ||
            end_process "$pid"
    done
    unmount_rest
    for pid in $(fwfs_pids); do
        end_process "$pid"
    done
    [ -z "${faultline_pid-}" ] || end_process "$faultline_pid"
    [ -z "${console_pid-}" ] || end_process "$console_pid"
    rm -rf "$T"
    exit "$code"
}

# For the log of a test that failed.
tell_more() {
    echo "--- .fwfs/status:"
    timeout 5 head -n 17 "$T/mnt/.fwfs/status" 2> /dev/null
    echo "--- the simulator's log, its end:"
    tail -n 5 "$T/sim.log" 2> /dev/null
    echo "--- the faulty line's log, its end:"
    tail -n 5 "$T/faultline.log" 2> /dev/null
}

trap 'echo "FAILED: line $LINENO: $BASH_COMMAND" >&2' ERR
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# --- what a test wants -----------------------------------------------------

need() {
    local program

    for program; do
        command -v "$program" > /dev/null || skip "no $program"
    done
}

need_fuse() {
    [ -e /dev/fuse ] || skip "no /dev/fuse"
    if [ ! -r /dev/fuse ] || [ ! -w /dev/fuse ]; then
        skip "/dev/fuse: no permission"
    fi
}

need_root() {
    [ "$(id -u)" -eq 0 ] || skip "not root"
}

need_loop() {
    need_root
    [ -e /dev/loop-control ] || modprobe loop 2> /dev/null ||
        skip "no loop devices"
    grep -qw squashfs /proc/filesystems || modprobe squashfs 2> /dev/null ||
        skip "this kernel has no squashfs"
}

# --- waiting, comparing ----------------------------------------------------

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
    local end=$((SECONDS + $1 * SLOW + 1))

    shift
    while ! "$@" > /dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.02
    done
}

now_ms() {
    local t=${EPOCHREALTIME/[.,]/}

    echo $((t / 1000))
}

# same FILE FILE [WHAT]
same() {
    cmp "$1" "$2" || fail "${3:-$1}: differs"
}

# same_part FILE IMAGE OFFSET [WHAT]: FILE is what stands there in IMAGE.
same_part() {
    cmp --ignore-initial="0:$3" --bytes="$(stat -c %s "$1")" "$1" "$2" ||
        fail "${4:-$1}: differs"
}

# at_most LIMIT VALUE WHAT
at_most() {
    note "$3: $2 (at most $1)"
    [ "$2" -le "$1" ] || fail "$3 is $2, more than $1"
}

# equal WANTED GOT WHAT
equal() {
    [ "$1" = "$2" ] || fail "$3: '$2' instead of '$1'"
}

# contains TEXT PART...
contains() {
    local text=$1 part

    shift
    for part; do
        [[ $text == *"$part"* ]] || fail "no '$part' in: $text"
    done
}

# --- the device ------------------------------------------------------------

# setpriv: gone with this shell, also when that is killed.

# start_sim OPTION...: a board on $T/tty, its process $console_pid.
start_sim() {
    rm -f "$T/sim.out"
    setpriv --pdeathsig TERM "$SIM" --link "$T/tty" --log "$T/sim.log" "$@" \
        > "$T/sim.out" 2>&1 &
    console_pid=$!
    pids+=("$console_pid")
    wait_for 5 grep -q ^ready "$T/sim.out" || fail "sim: $(cat "$T/sim.out")"
}

# start_qemu PROGRAM OPTION...: the same for a virtual board.
start_qemu() {
    rm -f "$T/qemu.out"
    setpriv --pdeathsig KILL "$@" -display none -net none -serial pty \
        -monitor "unix:$T/monitor,server=on,wait=off" > "$T/qemu.out" 2>&1 &
    console_pid=$!
    pids+=("$console_pid")
    wait_for 20 grep -q /dev/pts/ "$T/qemu.out" ||
        fail "qemu: $(cat "$T/qemu.out")"
    ln -sfn "$(grep -o -m 1 '/dev/pts/[0-9]*' "$T/qemu.out")" "$T/tty"
}

# qemu_command COMMAND: on the virtual board's monitor.
qemu_command() {
    socat - "UNIX-CONNECT:$T/monitor" <<< "$1" > /dev/null
}

# start_faultline OPTION...: a faulty line, its process $faultline_pid, before
# the board that runs. The board is at $T/board then, $T/tty is the line's.
start_faultline() {
    ln -sfn "$(readlink -f "$T/tty")" "$T/board"
    rm -f "$T/faultline.out"
    setpriv --pdeathsig TERM "$FAULTLINE" --device "$T/board" \
        --link "$T/tty" --log "$T/faultline.log" "$@" \
        > "$T/faultline.out" 2>&1 &
    faultline_pid=$!
    pids+=("$faultline_pid")
    wait_for 5 grep -q ^ready "$T/faultline.out" ||
        fail "faultline: $(cat "$T/faultline.out")"
}

# The board is at $T/tty again.
stop_faultline() {
    end_process "$faultline_pid"
    faultline_pid=
    ln -sfn "$(readlink -f "$T/board")" "$T/tty"
}

# torn REGEX: from now on one character of a command arrives as a line end at the
# board that runs, once: the last one of what matches.
torn() {
    ln -sfn "$(readlink -f "$T/tty")" "$T/board"
    rm -f "$T/torn.out"
    setpriv --pdeathsig TERM "$(dirname "${BASH_SOURCE[0]}")/torn.py" "$T/tty" "$T/board" \
        "$1" > "$T/torn.out" 2>&1 &
    torn_pid=$!
    pids+=("$torn_pid")
    wait_for 5 grep -q ^ready "$T/torn.out" || fail "torn: $(cat "$T/torn.out")"
}

# ran: the beginning that ran; the line is gone.
ran() {
    grep ^torn "$T/torn.out" || fail 'nothing was torn'
    end_process "$torn_pid"
}

# faults KIND: how many of them the line has made so far; all kinds without.
faults() {
    grep -cE "^to-(host|device) [0-9]+ ${1-.*}( |\$)" "$T/faultline.log" || true
}

stop_device() {
    harmless || exit 1
    end_process "$console_pid" "${1:-TERM}"
}

# --- the mount -------------------------------------------------------------

# mount_fwfs OPTION...
mount_fwfs() {
    timeout -k 5 120 "$FWFS" --cache-dir "$T/cache" "$@" "$T/tty" "$T/mnt" ||
        fail "fwfs $*: exit $?"
}

unmount_dir() {
    if [ "$(id -u)" -eq 0 ]; then
        umount "$1"
    else
        fusermount3 -u "$1"
    fi
}

no_fwfs_left() {
    [ -z "$(fwfs_pids)" ]
}

# Waits for the daemon too: it holds the port and the cache until it is gone.
unmount_fwfs() {
    unmount_dir "$T/mnt"
    wait_for 10 no_fwfs_left || fail "fwfs still runs after umount"
}

# status KEY: its value in .fwfs/status
status() {
    awk -v key="$1" 'index($0, key ": ") == 1 {
        print substr($0, length(key) + 3); exit }' "$T/mnt/.fwfs/status"
}

# file_status NAME KEY: of one file, from status.json
file_status() {
    jq -r --arg name "$1" --arg key "$2" \
        '.files[] | select(.name == $name) | .[$key]' "$T/mnt/.fwfs/status.json"
}

# map_status NAME OFFSET: the letter that the file's ddrescue map has there.
map_status() {
    local position size letter

    while read -r position size letter; do
        if [[ $position == 0x* && $size == 0x* ]] &&
            ((position <= $2 && $2 < position + size)); then
            echo "$letter"
        fi
    done < "$T/mnt/.fwfs/$1.map"
}

# Nothing was asked of the simulator for a second.
line_is_quiet() {
    local before

    before=$(wc -l < "$T/sim.log")
    sleep 1
    [ "$(wc -l < "$T/sim.log")" -eq "$before" ]
}

# refused CODE FWFS-ARGUMENT...: fwfs exits with CODE after one line on stderr,
# prints nothing on stdout, mounts nothing and leaves no process. The line is
# in $message.
refused() {
    local code=0 want=$1

    shift
    timeout -k 5 60 "$FWFS" "$@" > "$T/out" 2> "$T/err" || code=$?
    message=$(cat "$T/err")
    note "$message"
    [ "$code" -eq "$want" ] || fail "fwfs $*: exit $code, not $want: $message"
    [ ! -s "$T/out" ] || fail "fwfs $*: talks on stdout: $(cat "$T/out")"
    [ "$(wc -l < "$T/err")" -eq 1 ] || fail "fwfs $*: not one line: $message"
    nothing_left "fwfs $*"
}

# nothing_left WHAT: nothing is mounted, no fwfs runs, nobody has the port but
# the test itself with $port_is_taken set.
nothing_left() {
    [ -z "$(mounts_here)" ] || fail "$1: left $(mounts_here) mounted"
    wait_for 2 no_fwfs_left || fail "$1: left a process"
    if [ -c "$T/tty" ] && [ -z "${port_is_taken-}" ]; then
        flock -n "$T/tty" true || fail "$1: left the port locked"
    fi
}

# --- contents --------------------------------------------------------------

# noise SIZE SEED: bytes that do not compress, the same each time.
noise() {
    python3 -c 'import random, sys
sys.stdout.buffer.write(random.Random(sys.argv[2]).randbytes(int(sys.argv[1], 0)))
' "$1" "$2"
}

# letters SIZE SEED: noise of letters and digits, every one of which a dump's
# ASCII column shows.
letters() {
    python3 -c 'import random, string, sys
letters = string.ascii_letters + string.digits
picked = random.Random(sys.argv[2]).choices(letters, k=int(sys.argv[1], 0))
sys.stdout.write("".join(picked))' "$1" "$2"
}

# blank SIZE: as erased flash.
blank() {
    head -c "$1" /dev/zero | tr '\0' '\377'
}

# put FILE OFFSET IMAGE
put() {
    dd if="$1" of="$3" bs=64K seek="$2" oflag=seek_bytes conv=notrunc \
        status=none
}

# make_romfs OUT SIZE: a romfs with a file /data.bin of SIZE bytes.
make_romfs() {
    mkdir -p "$1.d"
    noise "$2" romfs > "$1.d/data.bin"
    echo 'hello from the camera' > "$1.d/hello.txt"
    genromfs -f "$1" -d "$1.d" -V camera
}

# camera_flash OUT ROMFS-SIZE: a camera's flash of 4 MiB; its parts are left
# in $T/bootinfo, $T/linux.gz and $T/romfs.
camera_flash() {
    noise 56 info > "$T/bootinfo"
    { noise 12000 kernel && head -c 60000 /dev/zero; } | gzip -9n > "$T/linux.gz"
    make_romfs "$T/romfs" "$2"
    noise 20000 loader > "$T/loader"
    "$MKFLASH" --size 0x400000 --loader "$T/loader" \
        --image "0:BOOT INFO:0x10000:af:0x7F010000:$T/bootinfo" \
        --image "7:linux.bin:0x20000:acxz:0x8000:$T/linux.gz" \
        --image "6:romfs.img:0xE0000:a:0x7F0E0000:$T/romfs" "$1"
}
