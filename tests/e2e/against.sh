#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 240
# fwfs --verify --against asks the device of now: wherever the file lies on its
# chip.

. "$(dirname "$0")/lib.sh"
need_fuse
need python3

# against CODE IMAGE FILE: fwfs --verify --against ends with it; what it says is
# in $said.
against() {
    local code=0

    said=$(timeout -k 5 120 "$FWFS" --verify --against "$2" "$T/mnt/$3" 2>&1) ||
        code=$?
    note "$said"
    equal "$1" "$code" "exit of --against $2"
}

end() {
    unmount_fwfs
    stop_device
}

# record OFFSET SIZE SEED IMAGE: bytes that end with their own CRC-32.
record() {
    python3 -c 'import random, struct, sys, zlib
at, size, seed, path = sys.argv[1:]
data = random.Random(seed).randbytes(int(size) - 4)
with open(path, "r+b") as f:
    f.seek(int(at))
    f.write(data + struct.pack("<I", zlib.crc32(data)))' "$(($1))" "$(($2))" \
        "$3" "$4"
}

# part_of IMAGE: what the file part.bin has of it.
part_of() {
    dd if="$1" bs=512 skip=$((0x20200 / 512)) count=512 status=none
}

note "a file that begins in the middle of its chip, and of a record"
noise 0x80000 against > "$T/old"
for place in "0x2019c 400" "0x24000 0x19000"; do # the first begins before it
    read -r at size <<< "$place"
    record "$at" "$size" old "$T/old"
    cp "$T/old" "$T/new"
    record "$at" "$size" new "$T/new"
    part_of "$T/old" > "$T/old.part"
    part_of "$T/new" > "$T/new.part"
    start_sim --loader u-boot --flash "$T/new" --baud 0
    mount_fwfs --no-cache -s part.bin:0x9f020200:0x40000
    against 1 "$T/old.part" part.bin
    contains "$said" "old.part is not what part.bin has"
    against 0 "$T/new.part" part.bin
    contains "$said" "by crc32 of the device"
    end
done
