#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A dialect file that cannot be read or understood: file, line and what is
# wrong, and the device is not touched.

. "$(dirname "$0")/lib.sh"
need_fuse
dialects=${FWFS_DIALECTS:-$(dirname "$0")/../../src/dialects}

blank 64K > "$T/flash"
start_sim --loader winbond --flash "$T/flash" --baud 0

# bad SED-SCRIPT TEXT...: winbond.conf so changed is refused, naming TEXT.
bad() {
    sed "$1" "$dialects/winbond.conf" > "$T/mine.conf"
    cmp -s "$dialects/winbond.conf" "$T/mine.conf" && fail "sed $1: no change"
    refused 1 --cache-dir "$T/cache" --dialect "$T/mine.conf" "$T/tty" "$T/mnt"
    shift
    contains "$message" "$T/mine.conf" "$@"
}

# line_of TEXT: where it stands
line_of() {
    grep -n -m 1 -F -- "$1" "$dialects/winbond.conf" | cut -d: -f1
}

refused 1 --dialect "$T/none.conf" "$T/tty" "$T/mnt"
contains "$message" "$T/none.conf" 'No such file'
refused 1 --dialect no-such-dialect "$T/tty" "$T/mnt"
contains "$message" no-such-dialect
refused 1 --dialect "$T" "$T/tty" "$T/mnt"
contains "$message" "$T"
: > "$T/empty.conf"
refused 1 --dialect "$T/empty.conf" "$T/tty" "$T/mnt"
contains "$message" "$T/empty.conf" empty
head -c 3000 "$SIM" > "$T/binary.conf"
refused 1 --dialect "$T/binary.conf" "$T/tty" "$T/mnt"
contains "$message" "$T/binary.conf"
if [ "$(id -u)" -ne 0 ]; then
    cp "$dialects/winbond.conf" "$T/secret.conf"
    chmod 0 "$T/secret.conf"
    refused 1 --dialect "$T/secret.conf" "$T/tty" "$T/mnt"
    contains "$message" "$T/secret.conf" 'Permission denied'
fi

bad 's/^    prompt = /    promt = /' ":$(line_of '    prompt = '):" promt
bad 's/type-chunk = 15/type-chunk = many/' ":$(line_of 'type-chunk'):" type-chunk
bad 's/(?:bootloader|bootrom)/(?:bootloader|bootrom/' prompt
bad 's/cell-bytes = 4/cell-bytes = 3/' cell-bytes
bad 's/{address:X8}/{adress:X8}/' command adress
bad 's/order = memory/order = cpu/' order
bad "s/^    unknown = '/&'''/" "$T/mine.conf:"
# shellcheck disable=SC2016
bad '/^identity images/,$s/^}//' '}' missing
bad '/^console {/,/^}/s/^}$//' "$T/mine.conf:"
bad 's/base = 0x7F000000/base = 0x7F00000X/' base
[ ! -s "$T/sim.log" ] || fail "the device was asked: $(cat "$T/sim.log")"
[ ! -e "$T/cache" ] || fail "a cache was made"

# --- --check-dialect ---------------------------------------------------------

for file in "$dialects"/*.conf; do
    "$FWFS" --check-dialect "$file" > "$T/out" 2>&1 || {
        cat "$T/out"
        fail "$file is strange"
    }
    [ ! -s "$T/out" ] || fail "$file: not silent"
done

# strange WORD... with mine.conf: exit status 1, all words in the one output
strange() {
    local word

    ! "$FWFS" --check-dialect "$T/mine.conf" > "$T/out" 2>&1 || fail "taken"
    for word; do
        grep -qF -- "$word" "$T/out" || fail "'$word' is not in $(cat "$T/out")"
    done
}

cat > "$T/mine.conf" << 'E'
console {
    prompt = '> '
}
break-in a { send = "a" }
break-in b { send = "b" }
dump bytes {
    command = "d {address}"
}
dump same {
    command = "d {address}"
}
dump more {
    command = "e {address} {length}"
    max = 64K
}
map m {
    command = "m"
    pattern = '(?<base>\\d+) (?<colour>\\w+) (?<size>\\d+)'
}
E
strange "mine.conf:2: section console: prompt: should begin with ^" \
    "section break-in b: a second one without when" \
    "mine.conf:7: section dump bytes: command: says no length" \
    "mine.conf:10: section dump same: command: the same as in a section" \
    "section dump more: is never used" \
    "mine.conf:14: section dump more: max: nothing stops a dump" \
    "mine.conf:18: section map m: pattern: nothing uses the group 'colour'" \
    "without unknown" "things to look at"
cat > "$T/mine.conf" << 'E'
console {
    prompt = '^> $'
    unknown = "what"
}
recognise { banner = {'^Mine'} }
dump bytes {
    command = "d {address} {length}"
}
dump other {
    medium = '^mtd\d$'
    command = "r {offset} {length}"
}
dump named {
    medium = '^sd\d$'
    command = "r {medium} {offset} {length}"
}
medium nand {
    names = '^nand\d$'
    read = "nr {ram} {offset} {length}"
    read-answer = "done"
}
medium one {
    names = '^sf0$'
    read = "sr {ram} {offset} {length}"
    read-answer = "done"
}
medium numbered {
    names = '^mmc(?<index>\d)$'
    select = {"mmc {index}"}
    read = "mr {ram} {offset} {length}"
    read-answer = "done"
}
E
strange "mine.conf:10: section dump other: medium: fits several media" \
    "mine.conf:18: section medium nand: names: fits several media" \
    "fwfs: 2 things to look at"
sed -i 's/mmc(?<index>.d)/mmc\\d/' "$T/mine.conf"
strange "section medium numbered: names: needs a group (?<index>...)"
sed -i 's/mmc.d/mmc(?<index>\\d)/' "$T/mine.conf"
echo "nonsense = 1" >> "$T/mine.conf"
strange "mine.conf:33: " nonsense "1 thing to look at"
