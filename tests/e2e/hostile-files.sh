#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Dialect files, maps, caches and words of the command line that are out to do
# harm: a message of a line, in time, in little memory, nothing raw.

. "$(dirname "$0")/lib.sh"
need_fuse
need python3
dialects=${FWFS_DIALECTS:-$(dirname "$0")/../../src/dialects}

# only_a_line WHAT: what was printed is one line of text.
only_a_line() {
    grep -aq '[^[:print:][:blank:]]' "$T/err" &&
        fail "$1: raw bytes: $(cat -v "$T/err")"
    equal 1 "$(wc -l < "$T/err")" "$1: lines of messages"
    at_most 2000 "$(stat -c %s "$T/err")" "$1: bytes of message"
}

# refuses WHAT FWFS-ARGUMENT...: exit 1 or 2 and a line, in little memory.
refuses() {
    local code=0 what=$1 limit=262144

    shift
    # A sanitizer maps all there is.
    [ -z "${FWFS_SAN-}" ] || limit=unlimited
    (ulimit -v "$limit" && exec timeout -k 5 $((20 * SLOW)) "$FWFS" "$@") \
        > "$T/out" 2> "$T/err" || code=$?
    note "$what: exit $code: $(head -c 120 "$T/err" | tr -c '[:print:]' '?')"
    [ "$code" -eq 1 ] || [ "$code" -eq 2 ] || fail "$what: exit $code"
    [ ! -s "$T/out" ] || fail "$what: talks on stdout"
    only_a_line "$what"
}

# --- dialect files, of 256 KiB where that helps ------------------------------

python3 - "$dialects/winbond.conf" "$T" << 'END'
import sys
good = open(sys.argv[1]).read()
files = {
    'one-title': good + 'dump x{}\n' * 28000,
    'sections': good + ''.join('map m%d{command="a" makes=segment '
                               'pattern="(?<name>a)"}\n' % i
                               for i in range(3900)),
    'keys': good + 'order = 1\n' * 25000,
    'nested': 'console {' * 29000,
    'braces': '{' * 262144,
    'list': 'recognise { banner = {' + "'a'," * 65000 + '}}',
    'list-of-lists': 'recognise { banner = ' + '{' * 262000,
    'open-parentheses': good + "unmapped = '" + '(' * 200000 + "'",
    'parentheses': good + "unmapped = '" + '(' * 120000 + ')' * 120000 + "'",
    'repetitions': good + "unmapped = '" + '(' * 40 + 'a' + '{1,99})' * 40 + "'",
    'alternatives': good + "unmapped = '" + 'a|' * 120000 + "'",
    'quote': 'description = "' + 'x' * 262000,
    'comments': '/*' * 131000,
    'slashes': '/' * 262144,
    'escapes': 'x\x1b[2J\x07\xc3 = 1\n' + good,
    'value': good.replace('order = 10', 'order = "\x1b[2J\x9b"'),
}
for name, text in files.items():
    with open('%s/%s.conf' % (sys.argv[2], name), 'w',
              encoding='latin-1') as out:
        out.write(text[:262144])
END
for file in "$T"/*.conf; do
    refuses "dialect, $(basename "$file")" --probe -d "$file" /dev/null
done

# --- the command line --------------------------------------------------------

long=$(head -c 100000 /dev/zero | tr '\0' x)
raw=$'\e[2J\a\xff\x9b'
for word in "$long" "$raw"; do
    what=${#word}
    refuses "command, $what" "--$word"
    refuses "device, $what" --probe "/$word"
    refuses "mount point, $what" /dev/null "$T/$word"
    refuses "dialect, $what" --probe -d "$word" /dev/null
    refuses "rate, $what" -b "$word" /dev/null "$T/mnt"
    refuses "time, $what" -t "$word" /dev/null "$T/mnt"
    refuses "option, $what" -o "$word" /dev/null "$T/mnt"
    refuses "option of mount, $what" -o "verify=$word" /dev/null "$T/mnt"
    refuses "status, $what" --status "$T/$word"
    refuses "offline, $what" --offline -c "$T/cache" "$word" "$T/mnt"
    refuses "forget, $what" --forget -c "$T/cache" "$word"
done

# --- a map and a cache of absurd sizes ---------------------------------------

noise 16384 hostile > "$T/flash"
start_sim --loader u-boot --flash "$T/flash" --baud 0
refuses "segment" -s "x:0xffffffffffffffff:0xffffffffffffffff" "$T/tty" \
    "$T/mnt"
for word in "$long" "$raw"; do
    refuses "segment, ${#word}" -s "$word:0:1" "$T/tty" "$T/mnt"
done
mount_fwfs
cp "$T/mnt/flash.bin" "$T/copy"
same "$T/copy" "$T/flash"
python3 - "$T/map" << 'END'
import sys
with open(sys.argv[1], 'w') as out:
    out.write('0 ? 1\n')
    out.write(''.join('0x%08X 0x00000001 %s\n' % (i, '+-'[i % 2])
                      for i in range(4000000)))
END
note "a map of $(stat -c %s "$T/map") bytes"
refuses "a long map" --verify --against "$T/flash" --map "$T/map" \
    "$T/mnt/flash.bin"
refuses "a map of zeros" --verify --against "$T/flash" --map /dev/zero \
    "$T/mnt/flash.bin"
id=$(status identity)
unmount_fwfs

truncate -s 1T "$T/cache/$id/flash.state" "$T/cache/$id/flash.data" ||
    skip "no sparse files here"
from=$(now_ms)
mount_fwfs
at_most $((8000 * SLOW)) $(($(now_ms) - from)) "ms with a state file of 1 TiB"
cp "$T/mnt/flash.bin" "$T/copy"
same "$T/copy" "$T/flash" "with a state file of 1 TiB"
unmount_fwfs
for name in device identity lock; do
    truncate -s 1T "$T/cache/$id/$name"
    refuses "a $name of 1 TiB" --offline -c "$T/cache" "$id" "$T/mnt"
    timeout 20 "$FWFS" --list-caches -c "$T/cache" > "$T/out" 2>&1 ||
        fail "--list-caches with a $name of 1 TiB"
done
