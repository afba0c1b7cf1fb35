#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A device that nobody has: what a user would write from fwfs-dialect(5) after
# a look at its console, under 20 lines, mounts, copies and verifies it.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
need jq

make_flash 256
dialect=$T/quarry.conf
cat > "$dialect" << 'EOF'
recognise { banner = {'^QUARRY monitor \d'} }
console {
    prompt = '^\[quarry \d+\]~> $'
    prompt-changes = true
    clear = "\x15" unknown = '^what is '
    fault = '^nothing is there'
}
break-in any-key { send = " " }
dump words {
    command = "show mem {address:d},{length:d}"
    row { address-prefix = "@" address-digits = 7 address-radix = 10
          address-suffix = " | " cell-bytes = 4 cells = 8 tail = " |" }
}
checksum crc32 { command = "sum {address:d},{length:d}"
                 answer = '^= (?<sum>[0-9a-f]{8})$' }
map flash.bin { makes = chip base = 1048576 size = 256K }
map parts { command = "show parts" radix = 10
            pattern = '^(?<name>\w+): from (?<offset>\d+) to (?<last>\d+) ' }
identity unit { command = "show id" pattern = '^unit .+$' unique = true }
EOF
at_most 19 "$(wc -l < "$dialect")" "lines of the dialect"
equal "" "$("$FWFS" --check-dialect "$dialect" 2>&1)" "--check-dialect"

# mounted: the files of its map, all copied, confirmed by its own sums.
mounted() {
    equal quarry "$(status dialect)" dialect
    files flash.bin boot data
    sized boot 131072
    copied flash.bin 0 262144
    copied boot 0 131072
    copied data 131072 131072
    confirmed flash.bin checksum
    equal crc32 "$(status route)" route
    equal 0 "$(status rows_bad)" rows_bad
    no_retries
}

note "at its prompt"
session quarry
mount_fwfs -d "$dialect"
mounted
end_session

note "where nothing is"
session quarry
after_at=$((0x8000))
mount_fwfs -d "$dialect" -s bad:0x80000:4K -s after:0x108000:4K
bad_address
contains "$(status last_error)" "bad address"
end_session

note "from power-on; what it said is what --replay understands"
session_from_start quarry
mount_from_start -d "$dialect"
copied boot 0 4096
contains "$(status banner)" "QUARRY monitor 7"
cp "$T/mnt/.fwfs/transcript" "$T/transcript"
end_session
"$FWFS" --replay "$T/transcript" --dialect "$dialect" > "$T/report" ||
    fail "--replay: $(cat "$T/report")"
contains "$(cat "$T/report")" "not understood: nothing" "QUARRY monitor 7" \
    "unit Q-000451 (unique)" "0 bad"
grep -q '^0x00120000 *0x00020000 .* data$' "$T/report" || fail "$(cat "$T/report")"

note "among all dialects, by its banner"
dialects=${FWFS_DIALECTS:-$(dirname "$0")/../../src/dialects}
cp "$dialects"/*.conf "$T"
export FWFS_DIALECTS=$T
session_from_start quarry
mount_from_start
mounted
end_session

note "words in the wrong order: its sums never agree, and the status says so"
sed 's/row {/order = little row {/' "$dialect" > "$T/wrong.conf"
session quarry
mount_fwfs -d "$T/wrong.conf"
head -c 4096 "$T/mnt/boot" > "$T/copy"
equal "second reading" "$(status route)" "route, wrong order"
contains "$(status last_error)" "checksum command never agrees"
end_session
