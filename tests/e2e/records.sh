#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
# Records that carry their own CRC-32 were changed while the device was away:
# yesterday's cache, a reference, --verify and --against see it, though the
# CRC-32 of the whole is the same.

. "$(dirname "$0")/lib.sh"
need_fuse
need jq python3
here=$(dirname "$0")

noise $((512 << 10)) records > "$T/old"
python3 "$here/records.py" "$T/old" 0x20000 old
cp "$T/old" "$T/new"
python3 "$here/records.py" "$T/new" 0x20000 new
equal "$(gzip -c "$T/old" | tail -c 8 | xxd -p)" \
    "$(gzip -c "$T/new" | tail -c 8 | xxd -p)" "CRC-32 of both"

# with FLASH SIM-OPTION...
with() {
    cp "$T/$1" "$T/flash"
    shift
    start_sim --loader u-boot --flash "$T/flash" --baud 0 "$@"
}

end() {
    unmount_fwfs
    stop_device
}

copy_is() {
    cp "$T/mnt/flash.bin" "$T/copy"
    same "$T/copy" "$T/$1" "$2"
}

# all SIM-OPTION...
all() {
    local code said

    note "the simulator: $*"
    rm -rf "$T/cache"
    with old "$@"
    mount_fwfs
    copy_is old "first copy"
    "$FWFS" --verify "$T/mnt" flash.bin
    end

    with new "$@"
    mount_fwfs
    copy_is new "with the cache of before"
    end

    # The cache knows the old bytes again.
    rm -rf "$T/cache"
    with old "$@"
    mount_fwfs
    copy_is old "first copy"
    end
    with new "$@"
    mount_fwfs
    code=0
    said=$("$FWFS" --verify "$T/mnt" flash.bin) || code=$?
    note "--verify: $said"
    equal 1 "$code" "exit of --verify"
    copy_is new "after --verify"
    code=0
    said=$("$FWFS" --verify --against "$T/old" "$T/mnt/flash.bin") || code=$?
    equal 1 "$code" "exit of --against the old"
    contains "$said" "old is not what flash.bin has"
    "$FWFS" --verify --against "$T/new" "$T/mnt/flash.bin"
    end

    with new "$@"
    mount_fwfs --no-cache --reference "$T/old"
    copy_is new "with the old as a reference"
    note "referred: $(status referred)"
    [ "$(status referred)" -gt $((256 << 10)) ] || fail "hardly any referred"
    end
}

all --format new
all --format old
all --format new --without cmp
