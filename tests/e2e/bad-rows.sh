#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Damaged rows: what comes right when it is asked for again is delivered, what
# does not is EIO. Never a wrong byte.

. "$(dirname "$0")/lib.sh"
need_fuse

# A wrong digit shows in the ASCII column; in bytes that are no text it would
# not.
letters 65536 rows > "$T/flash"

begin() {
    note "$*"
    start_sim --flash "$T/flash" --baud 0 "$@"
    mount_fwfs --no-cache
}

end() {
    unmount_fwfs
    stop_device
}

# recovers RETRIES SIM-OPTION...: everything comes, after so many retries at
# least.
recovers() {
    local least=$1

    shift
    begin "$@"
    cp "$T/mnt/flash.bin" "$T/copy"
    same "$T/copy" "$T/flash" "$*"
    equal 0 "$(status blocks_bad)" "bad blocks, $*"
    note "rows bad $(status rows_bad), lost $(status rows_lost)," \
        "retries $(status retries)"
    [ "$(status retries)" -ge "$least" ] || fail "no retries, $*"
    end
}

# gives_up OFFSET SIM-OPTION...: the block there is EIO, all others come.
gives_up() {
    local offset=$1 block=$(($1 / 1024)) n

    shift
    begin "$@"
    for n in 0 $((block - 1)) $((block + 1)) 63; do
        dd if="$T/mnt/flash.bin" of="$T/part" bs=1K skip=$n count=1 status=none
        same_part "$T/part" "$T/flash" $((n * 1024)) "block $n, $*"
    done
    dd if="$T/mnt/flash.bin" of="$T/part" bs=16 skip=$((offset / 16)) count=1 \
        status=none 2> "$T/dd.err" && fail "a bad row can be read"
    contains "$(cat "$T/dd.err")" 'Input/output error'
    equal 1 "$(status blocks_bad)" "bad blocks"
    [ "$(status last_error)" != - ] || fail "last_error says nothing"
    note "last_error: $(status last_error)"
    equal - "$(map_status flash.bin "$offset")" "in the map"
    equal + "$(map_status flash.bin $(((block + 1) * 1024)))" "behind it"
    # Once more: still EIO, and the blocks beside it still come.
    dd if="$T/mnt/flash.bin" of="$T/part" bs=16 skip=$((offset / 16)) count=1 \
        status=none 2> "$T/dd.err" && fail "a bad row can be read later"
    dd if="$T/mnt/flash.bin" of="$T/part" bs=1K skip=$((block + 1)) count=2 \
        status=none
    same_part "$T/part" "$T/flash" $(((block + 1) * 1024)) "behind it, $*"
    end
}

# never_wrong SIM-OPTION...: block by block, as it is or EIO.
never_wrong() {
    local n lost=0

    begin "$@"
    for ((n = 0; n < 64; n++)); do
        if dd if="$T/mnt/flash.bin" of="$T/part" bs=1K skip=$n count=1 \
            status=none 2> "$T/dd.err"; then
            equal 1024 "$(stat -c %s "$T/part")" "bytes of block $n"
            same_part "$T/part" "$T/flash" $((n * 1024)) "block $n, $*"
        else
            contains "$(cat "$T/dd.err")" 'Input/output error'
            lost=$((lost + 1))
        fi
    done
    note "blocks given up: $lost, rows bad $(status rows_bad)," \
        "lost $(status rows_lost), retries $(status retries)"
    [ $(($(status rows_bad) + $(status rows_lost))) -ge 1 ] ||
        fail "no faults, $*"
    [ "$lost" -le 6 ] || fail "too many given up"
    end
}

recovers 2 --loader winbond --bad-row 0x7F002345:2
recovers 2 --loader u-boot --bad-row 0x9F002345:2
recovers 2 --loader winbond --lose-row 0x7F002010:2
recovers 2 --loader u-boot --lose-row 0x9F002010:2
recovers 0 --loader winbond --noise-line 0x7F004020:2
recovers 0 --loader u-boot --noise-line 0x9F004020:2

gives_up $((0x2345)) --loader winbond --bad-row 0x7F002345
gives_up $((0x2345)) --loader u-boot --bad-row 0x9F002345
gives_up $((0x3010)) --loader u-boot --lose-row 0x9F003010

for loader in winbond u-boot; do
    never_wrong --loader $loader --flip 3000
    never_wrong --loader $loader --drop 3000
done
