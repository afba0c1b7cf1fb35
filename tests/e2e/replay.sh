#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# --replay: what a dialect understands of a captured log, without any device.

. "$(dirname "$0")/lib.sh"
dialects=${FWFS_DIALECTS:-$(cd "$(dirname "$0")" && pwd)/../../src/dialects}

# replay EXIT DIALECT: $T/log is read; $report is what is said of it.
replay() {
    local code=0

    timeout -k 5 60 "$FWFS" --replay "$T/log" --dialect "$2" \
        > "$T/out" 2> "$T/err" || code=$?
    report=$(cat "$T/out" "$T/err")
    [ "$code" -eq "$1" ] || fail "exit $code, not $1: $report"
    LC_ALL=C grep -q '[^ -~]' "$T/out" && fail "unprintable: $report"
    return 0
}

# The camera: LF CR, a header before the rows, a command typed by hand.
{
    printf '# from the shelf\n\n\rW90P745 Boot Loader [ Version 1.1 ] Rebuilt\n'
    printf '\rMemory Size is 0x800000 Bytes, Flash Size is 0x200000 Bytes\n'
    printf '\r\n\rbootloader > ls\n'
    printf '\rImage: 7 name:linux.bin base:0x7F020000 size:0x00080000 exec:0\n'
    printf '\r\n\rbootloader > d  -b 7f020000\n\r'
    printf 'Displaying memory at 0x7F020000\n'
    printf '\r[7F020000] 41 42 43 44 45 46 47 48 - 49 4A 4B 4C 4D 4E 4F 00'
    printf '  ABCDEFGHIJKLMNO.\n\r\n\rbootloader > '
} > "$T/log"
replay 0 winbond
contains "$report" "line 3: W90P745 Boot Loader" "'bootloader > ', 3 times" \
    'dump bytes: 1 row, 0x7f020000 to 0x7f02000f' \
    '0x7f000000  0x00200000  flash         chip          flash.bin' \
    '0x7f020000  0x00080000  flash         images        linux.bin' \
    'not understood: nothing'

# A header that the dialect does not know any more.
sed "/skip = /d" "$dialects/winbond.conf" > "$T/mine.conf"
replay 1 "$T/mine.conf"
contains "$report" 'not understood: 1 line, the first is line 10:' \
    'Displaying memory at 0x7F020000' 'dump bytes, skip' "$T/log:10:"

# U-Boot, CR LF, what is redrawn in place, a damaged row.
{
    printf 'U-Boot 2016.05 (Mar 04 2017)\r\n'
    printf 'Hit any key to stop autoboot:  2 \b\b\b 1 \b\b\b 0\r\n'
    printf '=> bdinfo\r\nflashstart  = 0x9F000000\r\nflashsize   = 0x00400000\r\n'
    printf '=> md.b 0x9f000100 0x20\r\n'
    printf '9f000100: 68 65 6c 6c 6f 20 66 72 6f 6d 20 66 6c 61 73 68'
    printf '    hello from flash\r\n'
    printf '9f000110: 68 65 6c 6c 6f 20 66 72 6f 6d 20 66 6c 61 73 69'
    printf '    hello from flash\r\n'
    printf '=> crc32 9f000000 1000\r\n'
    printf 'crc32 for 9f000000 ... 9f000fff ==> 89abcdef\r\n=> '
} > "$T/log"
replay 1 u-boot
contains "$report" 'bytes: 1 command, 1 rows good, 1 bad' 'crc32  89abcdef' \
    'not understood: 1 line, the first is line 8:' 'row: ascii'
sed -i 's/73 69 /73 68 /' "$T/log"
replay 0 u-boot
contains "$report" '0x9f000100 to 0x9f00011f' \
    '0x9f000000  0x00400000  flash         chip          flash.bin'
replay 1 winbond
contains "$report" 'no prompt was seen before it'

# From a pipe, and what is no log.
"$FWFS" --replay - -d u-boot < "$T/log" > /dev/null || fail 'standard input'
refused 2 --replay "$T/log"
contains "$message" --dialect
refused 2 --replay --dialect u-boot
contains "$message" transcript
refused 1 --replay "$T/none" --dialect u-boot
contains "$message" "$T/none" 'No such file'
refused 1 --replay "$T" --dialect u-boot
refused 1 --replay "$T/log" --dialect nobody
head -c 9M /dev/zero > "$T/log"
refused 1 --replay "$T/log" --dialect u-boot
contains "$message" '8 MiB'
head -c 3000000 /dev/urandom > "$T/log"
code=0
timeout -k 5 60 "$FWFS" --replay "$T/log" -d u-boot > "$T/out" 2>&1 || code=$?
[ "$code" -le 1 ] || fail "rubbish: exit $code"
LC_ALL=C grep -q '[^ -~]' "$T/out" && fail "unprintable: $(cat "$T/out")"
note "$(tail -n 1 "$T/out")"

# Partitions of a set-top box: each line is one, or is told.
{
    printf 'CFE version 14.4 for BCM97356 (32bit,SP,LE)\r\nCFE> show devices\r\n'
    printf '  uart0  16550 DUART at 0xB0406900 channel 0\r\n'
    printf '  flash0.cfe  New NAND flash at 00000000 offset 00000000 '
    printf 'size 2048KB spare 256KB\r\n*** command status = 0\r\nCFE> '
} > "$T/log"
replay 0 cfe
contains "$report" '0x00000000  0x00200000  -             nand          cfe' \
    'not understood: nothing'
sed -i 's/KB spare/KB plus/' "$T/log"
replay 1 cfe
contains "$report" 'not understood: 1 line, the first is line 4:' \
    'flash0.cfe  New NAND' 'other: not understood' "$T/log:4:"

# A number that no address can be, and a list that breaks off.
{
    printf '=> mtd list\r\n* nor0\r\n'
    printf '\t  - 0x000000000000-0x10000000000000000 : "boot"\r\n'
    printf '=> printenv\r\nmtdparts=mtdparts=nor0:1m(a),0(b);nor1:1m(c)\r\n=> '
} > "$T/log"
replay 1 u-boot
contains "$report" 'not understood: 2 lines, the first is line 3:' \
    "# environment: not understood: '0(b)'" '- 0x' \
    "# mtd: a number is out of range: "

# A dump from the middle of a row: the first byte is not at the row's address.
unaligned() {
    printf '\n\rbootloader > d -b 0x7F0E0006\n\r'
    printf 'Displaying memory at 0x7F0E0006\n\r'
    printf '[7F0E0004]       06 07 08 09 0A 0B - 0C 0D 0E 0F 10 11 12 13'
    printf '    ..............\r\n\r%s\n\r\n\rbootloader > ' "$1"
}
next='[7F0E0014] 14 15 16 17 18 19 1A 1B - 1C 1D 1E 1F 20 21 22 23'
next+='  .............!"#'
for more in '' "$next"$'\r'; do
    unaligned "$more" > "$T/log"
    replay 1 winbond
    contains "$report" 'not understood: 1 line, the first is line 4:' \
        'its first cells are blank' '1 bad'
done
contains "$report" '1 row, 1 bad, 0x7f0e0014 to 0x7f0e0023'
