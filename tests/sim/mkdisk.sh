#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Writes a partition table into a disk image, DOS or GPT.
#
#   mkdisk.sh dos FILE START:SECTORS[:TYPE[:active]]...
#   mkdisk.sh gpt FILE START:SECTORS:NAME...
#
# FILE must be there and have its size. More than four DOS partitions: the
# fourth is an extended one, and the others are in it, each START - 1 being
# free for its table. The checksums of the GPT are left out; only U-Boot's
# persona looks at it.

set -eu
export LC_ALL=C

kind=$1
file=$2
shift 2

# put OFFSET: stdin into the file.
put() {
    dd of="$file" bs=1 seek="$1" conv=notrunc status=none
}

# little BYTES NUMBER: as escapes for printf %b.
little() {
    local i

    for ((i = 0; i < $1; i++)); do
        printf '\\x%02x' $(($2 >> 8 * i & 255))
    done
}

# entry TABLE-SECTOR SLOT ACTIVE TYPE START SECTORS
entry() {
    printf '%b' "\\x$([ "$3" = active ] && echo 80 || echo 00)\\0\\0\\0\
\\x$4\\0\\0\\0$(little 4 "$5")$(little 4 "$6")" |
        put $(($1 * 512 + 446 + $2 * 16))
    printf '\x55\xaa' | put $(($1 * 512 + 510))
}

dos() {
    local slot=0 table=0 first=0 start sectors type active next parts=("$@")

    printf '\x44\x33\x22\x11' | put 440
    while [ $# -gt 0 ]; do
        IFS=: read -r start sectors type active <<< "$1"
        if [ $slot -eq 3 ] && [ ${#parts[@]} -gt 4 ] && [ $first -eq 0 ]; then
            first=$((start - 1))
            table=$first
            entry 0 3 '' 05 $first $(($(stat -c %s "$file") / 512 - first))
        fi
        if [ $first -eq 0 ]; then
            entry 0 $slot "${active:-}" "${type:-83}" "$start" "$sectors"
            slot=$((slot + 1))
        else
            entry $table 0 "${active:-}" "${type:-83}" 1 "$sectors"
            if [ $# -gt 1 ]; then
                IFS=: read -r next _ <<< "$2"
                entry $table 1 '' 05 $((next - 1 - first)) 1
                table=$((next - 1))
            fi
        fi
        shift
    done
}

gpt() {
    local i=0 k start sectors name

    entry 0 0 '' ee 1 $(($(stat -c %s "$file") / 512 - 1))
    printf '%b' "EFI PART$(little 4 65536)$(little 4 92)" | put 512
    printf '%b' "$(little 8 2)$(little 4 128)$(little 4 128)" | put 584
    for part; do
        IFS=: read -r start sectors name <<< "$part"
        i=$((i + 1))
        {
            printf '%b' "$(little 4 0x0fc63daf)$(little 4 0x47728483)"
            printf '%b' "$(little 8 0xe47d47d8693d798e)$(little 8 $i)$(little 8 0)"
            printf '%b' "$(little 8 "$start")"
            printf '%b' "$(little 8 $((start + sectors - 1)))$(little 8 0)"
            for ((k = 0; k < ${#name}; k++)); do
                printf '%s\0' "${name:k:1}"
            done
        } | put $((1024 + (i - 1) * 128))
    done
}

"$kind" "$@"
