#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Another device of the same make with other contents: everything is fetched
# anew, no byte of the first is given for one of the second; and both caches
# are there when the devices come back.
# alone: plugs are changed by the clock

. "$(dirname "$0")/lib.sh"
need_fuse
need genromfs jq

noise 65536 one > "$T/flash1"
noise 65536 two > "$T/flash2"
cp "$T/flash1" "$T/flash3"
printf 'changed' > "$T/changed"
put "$T/changed" 20000 "$T/flash3"

# mount_of N SIM-OPTION...
mount_of() {
    local n=$1

    shift
    start_sim --flash "$T/flash$n" --baud 0 "$@"
    mount_fwfs
}

end() {
    unmount_fwfs
    stop_device
}

# fetched_anew N WHAT
fetched_anew() {
    equal 0 "$(file_status flash.bin known)" "bytes known of device $1"
    cmp "$T/mnt/flash.bin" "$T/flash$1" || fail "device $1: stale bytes"
    [ "$(status device_bytes_read)" -ge "$(stat -c %s "$T/flash$1")" ] ||
        fail "not all was fetched"
}

# nothing_fetched N [BYTES]: or so many, to see that it is not the checksum that is
# wrong in the cache of another one
nothing_fetched() {
    cmp "$T/mnt/flash.bin" "$T/flash$1" || fail "device $1: stale bytes"
    at_most "${2-0}" "$(status device_bytes_read)" "bytes read of device $1"
}

uboot=(--loader u-boot --format new)
mount_of 1 "${uboot[@]}" && fetched_anew 1 && end
mount_of 2 "${uboot[@]}" && fetched_anew 2 && end
mount_of 1 "${uboot[@]}" && nothing_fetched 1 && end
mount_of 2 "${uboot[@]}" && nothing_fetched 2 1024 && end

# One block written since: the device's crc32 tells. What it tells of is not
# given, whichever cache fwfs takes.
mount_of 3 "${uboot[@]}"
cmp "$T/mnt/flash.bin" "$T/flash3" || fail "a stale block"
end

# Another boot loader, another place: another device by its map.
mount_of 1 "${uboot[@]}" --base 0xbf000000 && fetched_anew 1 && end
mount_of 2 --loader u-boot --format old && fetched_anew 2 && end

# Cameras that differ in their images.
camera_flash "$T/flash4" 20000
camera_flash "$T/flash5" 24000
mount_of 4 --loader winbond && fetched_anew 4 && end
mount_of 5 --loader winbond && fetched_anew 5 && end
mount_of 4 --loader winbond && nothing_fetched 4 && end
