#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 240
# fwfs --verify --against asks the device of now: wherever the file lies on its
# chip, whatever an earlier mount cached, and where there is no checksum.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
need_fuse
need genromfs jq python3

# against CODE IMAGE FILE: fwfs --verify --against ends with it; what it says is
# in $said.
against() {
    local code=0

    said=$(timeout -k 5 120 "$FWFS" --verify --against "$2" "$T/mnt/$3" 2>&1) ||
        code=$?
    note "$(tail -n 1 <<< "$said")"
    equal "$1" "$code" "exit of --against $2"
}

# verified CODE FILE: the same of --verify alone.
verified() {
    local code=0

    said=$(timeout -k 5 120 "$FWFS" --verify "$T/mnt" "$2" 2>&1) || code=$?
    note "$said"
    equal "$1" "$code" "exit of --verify"
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

# What such records say asking does not prove: they are read.
nodes() {
    python3 -c 'import random, struct, sys, zlib
path, seed = sys.argv[1:]
same, says = random.Random("same"), random.Random(seed)
with open(path, "r+b") as f:
    for at in range(0x18000, 0x1bff0, 60):
        data = same.randbytes(4) + says.randbytes(4)
        f.seek(at)
        f.write(data + struct.pack("<I", zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF))' \
        "$1" "$2"
}

noise 0x80000 against > "$T/old"
nodes "$T/old" old
cp "$T/old" "$T/new"
nodes "$T/new" new
for mode in rows fast auto; do
    note "an earlier mount's cache, records close together, verify=$mode"
    rm -rf "$T/cache"
    start_sim --loader u-boot --flash "$T/old" --baud 0
    mount_fwfs
    cp "$T/mnt/flash.bin" "$T/copy"
    same "$T/copy" "$T/old"
    end
    start_sim --loader u-boot --flash "$T/new" --baud 0
    mount_fwfs -o "verify=$mode"
    against 1 "$T/old" flash.bin
    against 0 "$T/new" flash.bin
    end
done

# The bytes asked of the device since $before.
asked() {
    echo $(($(status device_bytes_read) - before))
}

noise 20000 settings > "$T/settings"
camera_flash "$T/old" 30000
cp "$T/old" "$T/new"
put "$T/settings" $((0xE1000)) "$T/new"
for mode in auto rows; do
    note "an earlier mount's cache, a camera without checksum, verify=$mode"
    rm -rf "$T/cache"
    start_sim --loader winbond --flash "$T/old" --baud 0
    mount_fwfs
    cp "$T/mnt/romfs.img" "$T/old.romfs"
    size=$(stat -c %s "$T/old.romfs")
    end
    tail -c +$((0xE0001)) "$T/new" > "$T/rest"
    head -c "$size" "$T/rest" > "$T/new.romfs"
    start_sim --loader winbond --flash "$T/new" --baud 0
    mount_fwfs -o "verify=$mode"
    cp "$T/mnt/romfs.img" "$T/copy"
    same "$T/copy" "$T/old.romfs" "what an earlier mount confirmed"
    before=$(status device_bytes_read)
    against 1 "$T/old.romfs" romfs.img
    contains "$said" "by reading"
    [ "$(asked)" -ge "$size" ] || fail "only $(asked) bytes of $size were read"
    before=$(status device_bytes_read)
    against 0 "$T/new.romfs" romfs.img
    equal 0 "$(asked)" "bytes read again"
    # The copy was not right: nobody has been told yet.
    verified 1 romfs.img
    contains "$said" "differed from the device"
    cp "$T/mnt/romfs.img" "$T/copy"
    same "$T/copy" "$T/new.romfs"
    verified 0 romfs.img
    end
done

note "the same, nothing but --verify"
rm -rf "$T/cache"
start_sim --loader winbond --flash "$T/old" --baud 0
mount_fwfs
cp "$T/mnt/romfs.img" "$T/copy"
end
start_sim --loader winbond --flash "$T/old" --baud 0
mount_fwfs
before=$(status device_bytes_read)
verified 0 romfs.img
at_most $((size + 4096)) "$(asked)" "bytes read"
[ "$(asked)" -ge "$size" ] || fail "only $(asked) bytes of $size were read"
end
start_sim --loader winbond --flash "$T/new" --baud 0
mount_fwfs
verified 1 romfs.img
contains "$said" "differed from the device"
cp "$T/mnt/romfs.img" "$T/copy"
same "$T/copy" "$T/new.romfs"
verified 0 romfs.img
end

note "a Linux shell, whose sums are of whole sectors"
make_flash 1024
start_persona linux-shell --set tools=stty,dmesg,base64,gzip,sha256sum
mount_fwfs --no-cache -s whole.bin:mtd1@0x1000:0x4000 \
    -s within.bin:mtd1@0x1100:0x4000 -s odd.bin:mtd1@0x1000:1000
for file in whole within odd; do
    cp "$T/mnt/$file.bin" "$T/$file"
    against 0 "$T/$file" "$file.bin"
    contains "$said" "by sha256 of the device"
done
against 1 "$T/whole" within.bin
unmount_fwfs
