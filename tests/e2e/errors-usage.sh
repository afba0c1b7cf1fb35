#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Wrong usage: exit 2, and one line that says what to write instead.

. "$(dirname "$0")/lib.sh"

# wrong TEXT FWFS-ARGUMENT...: refused as wrong usage; the message has TEXT.
wrong() {
    local text=$1

    shift
    refused 2 "$@"
    contains "$message" 'fwfs: ' "$text"
}

good=("$T/tty" "$T/mnt")

wrong 'fwfs [OPTION]... DEVICE MOUNTPOINT'
wrong 'no mount point' "$T/tty"
wrong 'one argument too many' "${good[@]}" more
wrong 'is empty' "$T/tty" ''
wrong --probe --probe
wrong --status --status
wrong --json --json "${good[@]}"
wrong 'only one thing' --probe --status "$T/mnt"
wrong '--verify MOUNTPOINT' --verify
wrong '--retry MOUNTPOINT' --retry
wrong 'is empty' --verify "$T/mnt" ''
wrong '-o verify=fast' --verify=fast "${good[@]}"
wrong '-o verify=fast' -o verify=slow "${good[@]}"
wrong 'needs a value' -o verify "${good[@]}"
wrong '--verify --against' --against "$T/image" "$T/mnt/flash.bin"
wrong '--against IMAGE' --verify --map "$T/map" "$T/mnt/flash.bin"
wrong 'MOUNTPOINT/FILE' --verify --against "$T/image" "$T/mnt" flash.bin

wrong 'did you mean --baud' --bauds 9600 "${good[@]}"
wrong 'unknown option --frobnicate' --frobnicate "${good[@]}"
wrong 'unknown option -x' -x "${good[@]}"
wrong 'unknown option -o' -o frobnicate "${good[@]}"
wrong 'did you mean' -o bauds=9600 "${good[@]}"
wrong 'takes no value' --no-cache=yes "${good[@]}"
wrong 'needs a value' "${good[@]}" --baud
wrong 'needs a value' -o baud "${good[@]}"

for baud in 0 -1 12abc 99999999999 9600.5 ''; do
    wrong "'$baud'" --baud "$baud" "${good[@]}"
    wrong "'$baud'" -o "baud=$baud" "${good[@]}"
done
wrong "'0'" --timeout 0 "${good[@]}"
wrong "'soon'" -t soon "${good[@]}"
wrong "'1h'" --attach-timeout 1h "${good[@]}"

for segment in rootfs rootfs:0 rootfs:0:1:2 :0:1K rootfs::1K rootfs:0: \
    rootfs:zero:1K rootfs:0:0 rootfs:0:big rootfs:0x:1K rootfs:-1:1K \
    .hidden:0:1K a/b:0:1K ..:0:1K $'a\nb:0:1K' rootfs:0:1Q \
    rootfs:0xffffffffffffffff:2 rootfs:0x10000000000000000:1 \
    "$(printf 'x%.0s' {1..300}):0:1K"; do
    wrong 'rootfs:0x40000:1M' -s "$segment" "${good[@]}"
done
wrong 'rootfs:0x40000:1M' -o segment=rootfs "${good[@]}"
