#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Devices that are out to do harm: fwfs says so in a line or mounts what can be
# believed, in time, in little memory, and shows nothing raw.
# timeout: 180

. "$(dirname "$0")/lib.sh"
need_fuse

noise 65536 hostile > "$T/flash"

# only_text FILE... WHAT: printable ASCII, tabs and line ends.
only_text() {
    local what=${*: -1}

    if LC_ALL=C grep -aHn '[^[:print:][:blank:]]' "${@:1:$#-1}" \
        > "$T/raw"; then
        cat -v "$T/raw"
        fail "$what: raw bytes are shown"
    fi
}

# All that is told of the mount, where a person sees it.
look_at_it() {
    local file

    "$FWFS" --status "$T/mnt" > "$T/told" 2>&1
    ls "$T/mnt" >> "$T/told"
    for file in "$T"/mnt/.fwfs/*; do
        cat "$file" >> "$T/told"
    done
    only_text "$T/told" "$1"
    jq -e .files "$T/mnt/.fwfs/status.json" > "$T/json" ||
        fail "$1: no JSON: $(cat -v "$T/mnt/.fwfs/status.json")"
    only_text "$T/json" "$1, JSON"
}

# A read ends with all its bytes, and the right ones, or with an error.
read_some() {
    local code=0 from

    from=$(now_ms)
    timeout -k 5 60 head -c 2048 "$T/mnt/flash.bin" > "$T/part" \
        2> "$T/read.err" || code=$?
    at_most $((12000 * SLOW)) $(($(now_ms) - from)) "$1: ms of a read"
    [ "$code" -ne 124 ] || fail "$1: a read hangs"
    [ ! -s "$T/part" ] || same_part "$T/part" "$T/flash" 0 "$1: what was read"
    [ "$code" -ne 0 ] || equal 2048 "$(stat -c %s "$T/part")" "$1: bytes read"
}

little_memory() {
    # A sanitizer's own memory is not fwfs'.
    [ -n "${FWFS_SAN-}" ] || at_most 65536 "$1" "$2: kB of memory"
}

# suffers LOADER KIND [SIM-OPTION...]
suffers() {
    local what="$1, $2" code=0 from pid

    start_sim --loader "$1" --flash "$T/flash" --baud 0 --hostile "${@:2}"
    from=$(now_ms)
    timeout -k 5 100 "$FWFS" --cache-dir "$T/cache" --attach-timeout 3 \
        --timeout 2 "$T/tty" "$T/mnt" > "$T/out" 2> "$T/err" || code=$?
    at_most $((15000 * SLOW)) $(($(now_ms) - from)) "$what: ms to exit $code"
    only_text "$T/out" "$T/err" "$what"
    [ ! -s "$T/out" ] || fail "$what: talks on stdout"
    at_most 10 "$(wc -l < "$T/err")" "$what: lines of messages"
    case $code in
    0)
        pid=$(fwfs_pids)
        read_some "$what"
        look_at_it "$what"
        little_memory "$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")" \
            "$what"
        unmount_fwfs
        ;;
    1)
        grep -q ^fwfs: "$T/err" || fail "$what: no message"
        nothing_left "$what"
        ;;
    *)
        fail "$what: exit $code: $(cat -v "$T/err")"
        ;;
    esac
    note "$what: $(cat "$T/err")"
    stop_device
    rm -rf "$T/cache"
}

for loader in winbond u-boot; do
    for kind in endless longline endless-map longline-map escapes sizes \
        sizes-huge sizes-zero crc; do
        suffers "$loader" "$kind"
    done
done
