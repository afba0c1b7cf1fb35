#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Checks the simulator's output byte by byte.

. "$(dirname "$0")/lib.sh"

make_flash() {
    local i

    for ((i = 0; i < 256; i++)); do
        printf '%b' "\\x$(printf %02x $(((i * 7 + 32) & 255)))"
    done >"$dir/pattern"
    printf 'a settings block of 29 bytes.' >"$dir/info"
    head -c 65500 /dev/zero | tr '\0' 'k' >"$dir/kernel"
    printf -- '-rom1fs-' >"$dir/romfs"
    "$MKFLASH" --size 0x80000 --loader "$dir/pattern" \
        --image "0:BOOT INFO:0x10000:af:0x7F010000:$dir/info" \
        --image "7:linux.bin:0x20000:acxz:0x8000:$dir/kernel" \
        --image "6:romfs.img:0x40000:a:0x7F040000:$dir/romfs" "$dir/flash"
}

LS='Image: 0 name:BOOT INFO base:0x7F010000 size:0x0000001D '
LS+='exec:0x7F010000 -af\n\r'
LS+='Image: 7 name:linux.bin base:0x7F020000 size:0x0000FFDC '
LS+='exec:0x00008000 -acxz\n\r'
LS+='Image: 6 name:romfs.img base:0x7F040000 size:0x00000008 '
LS+='exec:0x7F040000 -a\n\r'

# row_is NAME ROW: the first row of the last dump.
row_is() {
    LC_ALL=C tr '\r' '@' <"$dir/got" | sed -n '3s/^@//p' |
        LC_ALL=C tr '@' '\r' >"$dir/row"
    mv "$dir/row" "$dir/got"
    is "$1" "$2\\r\\n"
}

test_winbond_line() {
    start_sim --loader winbond --flash "$dir/flash" --baud 0
    talk 's:\r' 'w:bootloader > '
    is 'winbond: empty line' "$P"
    talk 's:\r\n' 'w:bootloader > ' 'w:bootloader > '
    is 'winbond: CR LF are two lines' "$P$P"
    talk 's:lx\bs\r' 'w:-a\n\r\n\r\rbootloader > '
    is 'winbond: backspace' "lx\\r\\rbootloader > l \\bs\\n\\r$LS$P"
    wb 'fd 1'
    is 'winbond: unknown command' \
        "fd 1\\n\\rERROR: unrecognised command\\n\\r$P"
    talk 's:\e[\els\r' 'w:-a\n\r\n\r\rbootloader > '
    is 'winbond: ESC swallows what follows' "ls\\n\\r$LS$P"
    wb 'b 12345'
    is 'winbond: odd speed' "b 12345\\n\\rUnsupported speed.\\n\\r$P"
    wb 'b'
    holds 'winbond: b without a speed' 'Invalid number of arguments\n\r['
    wb 'DEL'
    logged 'winbond: dangerous commands are noted' '!dangerous DEL'
}

test_winbond_dump() {
    wb 'd 0x7F000000'
    row_is 'winbond: d, words' \
        '[7F000000] 352E2720 514A433C - 6D665F58 89827B74  .'"'"'.5<CJQX_fmt{..'
    wb 'd -s 0x7f000000'
    row_is 'winbond: d -s' \
        '[7F000000] 20272E35 3C434A51 - 585F666D 747B8289  .'"'"'.5<CJQX_fmt{..'
    wb 'D -H 0x7f000000'
    row_is 'winbond: d -h' \
        '[7F000000] 2720 352E 433C 514A - 5F58 6D66 7B74 8982  .'"'"'.5<CJQX_fmt{..'
    wb 'd -b 0x7f000000'
    row_is 'winbond: d -b' \
        '[7F000000] 20 27 2E 35 3C 43 4A 51 - 58 5F 66 6D 74 7B 82 89  .'"'"'.5<CJQX_fmt{..'
    [ "$(wc -c <"$dir/want")" -eq 80 ]
    result $? 'winbond: length of a row'
    wb 'd 7f000000'
    holds 'winbond: d without 0x goes on' '\n\rDisplaying memory at 0x7F000100\n'
    wb 'd'
    holds 'winbond: d goes on' '\n\rDisplaying memory at 0x7F000200\n'
    wb 'd -b 0x7F000003'
    row_is 'winbond: d -b, unaligned' \
        '[7F000000]          35 3C 43 4A 51 - 58 5F 66 6D 74 7B 82 89     5<CJQX_fmt{..'
    wb 'd 0x7F080000'
    row_is 'winbond: flash repeats' \
        '[7F080000] 352E2720 514A433C - 6D665F58 89827B74  .'"'"'.5<CJQX_fmt{..'
    wb 'd 0x60000000'
    is 'winbond: bad address' "d 0x60000000\\n\\rDisplaying memory at\
 0x60000000\\n\\r[60000000]\\n\\r\\n\\rERROR: Data Abort @ pc=0x00001680$P"
    wb 'd -b 0x7F02ffe0'
    [ "$(wc -c <"$dir/got")" -eq 1362 ]
    result $? 'winbond: bytes on the wire of d -b'
}

test_winbond_images() {
    start_sim --loader winbond --flash "$dir/flash" --baud 0
    wb 'ls'
    is 'winbond: ls' "ls\\n\\r$LS$P"
    wb 'chk'
    is 'winbond: chk' \
        "chk\\n\\rImage check finished. 0 checksum error found.\\n\\r$P"
    wb 'd -s 0x7F03FFCC'
    holds 'winbond: footer goes to the next block when it must' \
        '[7F03FFCC] 07000000 0000027F - DCFF0000 00800000  '
    cp "$dir/flash" "$dir/bad"
    printf 'x' | dd of="$dir/bad" bs=1 seek=262145 conv=notrunc 2>/dev/null
    start_sim --loader winbond --flash "$dir/bad" --baud 0
    wb 'chk'
    is 'winbond: chk finds damage' "chk\\n\\rERROR: Image 6 checksum error\
 found !\\n\\rImage check finished. 1 checksum error found.\\n\\r$P"
    wb 'i'
    holds 'winbond: i' \
        'Memory Size is 0x1000000 Bytes, Flash Size is 0x80000 Bytes\n\r'
}

test_winbond_start() {
    start_sim --loader winbond --flash "$dir/flash" --state running \
        --autoboot 0.6
    talk 's:\r' p:100
    ! grep -qa 'bootloader >' "$dir/got"
    result $? 'winbond: a running system does not answer'
    kill -USR1 "$pid"
    talk 'w:debug mode ' 's:\e' 'w:bootloader > '
    holds 'winbond: break-in' "\\n\\r\\n\\r\\rbootloader > "
    logged 'winbond: power cycle is noted' '!power'
    kill -USR1 "$pid"
    talk 'w:Executing image 7 ... \n\r' p:200
    holds 'winbond: autoboot' 'Unzip image 7 ... \n\r'
    kill -USR2 "$pid"
    kill -USR1 "$pid"
    talk p:300
    is 'cable out' ''
}

test_fifo() {
    start_sim --loader winbond --flash "$dir/flash"
    talk 'e:d 0x7F000000' 's:\r' p:20 's:abcdefghijklmnopqrst' \
        "w:\\n\\r\\rbootloader > " 'w:p' p:30
    tail -c 32 "$dir/got" >"$dir/tail"
    mv "$dir/tail" "$dir/got"
    is 'fifo: what is too much gets lost' "${P}abcdefghijklmnop"
    logged 'fifo: overrun is noted' '!overrun'
}

test_uboot_md() {
    ub 'md.b 9f000000 18'
    is 'u-boot old: md.b' "md.b 9f000000 18\\r\\r\\n\
9f000000: 20 27 2e 35 3c 43 4a 51 58 5f 66 6d 74 7b 82 89     '.5<CJQX_fmt{..\\r\\n\
9f000010: 90 97 9e a5 ac b3 ba c1    ........\\r\\n=> "
    ub ''
    holds 'u-boot: empty line goes on' \
        '\r\r\n9f000018: c8 cf d6 dd e4 eb f2 f9 00 07 0e 15 1c 23 2a 31    '
    ub 'md.l 9f000000 4;md.w 9f000000 8'
    is 'u-boot old: md.l and md.w in a line' \
        "md.l 9f000000 4;md.w 9f000000 8\\r\\r\\n\
9f000000: 352e2720 514a433c 6d665f58 89827b74     '.5<CJQX_fmt{..\\r\\n\
9f000000: 2720 352e 433c 514a 5f58 6d66 7b74 8982     '.5<CJQX_fmt{..\\r\\n=> "
    ub 'md 9f000000 0'
    is 'u-boot old: md of nothing' 'md 9f000000 0\r\r\n9f000000:\r\n=> '
}

test_uboot_old() {
    start_sim --loader u-boot --flash "$dir/flash" --baud 0 \
        --mtdparts 'spi0.0:64k(u-boot)ro,128k@0x20000(a-name-of-20-letters),-(x)'
    test_uboot_md
    ub 'crc32 9f000000 100'
    is 'u-boot old: crc32' "crc32 9f000000 100\\r\\r\\n\
CRC32 for 9f000000 ... 9f0000ff ==> $(crc "$dir/pattern")\\r\\n=> "
    talk 's:md.b 9\x03' 'w:=> '
    is 'u-boot: Ctrl-C at the prompt' 'md.b 9<INTERRUPT>\r\n=> '
    ub 'mtd list'
    holds 'u-boot old: mtd is short for mtdparts' \
        '\nmtdparts - define flash/nand partitions\r'
    ub 're2'
    holds 'u-boot: a name, and not its beginning' "Unknown command 're2'"
    ub 'm'
    holds 'u-boot: the beginning of many names' "Unknown command 'm'"
    ub 'mtdparts'
    holds 'u-boot: mtdparts' \
        ' 1: a-name-of-20-letters0x00020000\t0x00020000\t0\r'
    holds 'u-boot: mtdparts, the rest' \
        ' 2: x                   0x00040000\t0x00040000\t0\r'
    ub 'bdinfo'
    holds 'u-boot old: bdinfo' 'flashstart  = 0x9F000000\r'
    ub 'md 9f000000 1 2 3'
    is 'u-boot: wrong usage' "md 9f000000 1 2 3\\r\\r\\nmd - memory display\\r\
\\n\\r\\nUsage:\\r\\nmd [.b, .w, .l] address [# of objects]\\r\\n=> "
}

# usage_is NAME TEXT: help md ends so.
usage_is() {
    ub 'help md'
    is "u-boot: help md, $1" "help md${3-}\\r\\nmd - memory display\\r\\n\\r\\nUsage:\\r\\n\
md $2 address [# of objects]\\r\\n=> "
}

test_uboot_quad() {
    start_sim --loader u-boot --flash "$dir/flash" --baud 0 --format new
    usage_is '32 bits' '[.b, .w, .l]'
    start_sim --loader u-boot --flash "$dir/flash" --baud 0 --64
    usage_is 'old' '[.b, .w, .l]' '\r'
    ub 'md.q 9f000000 1'
    is 'u-boot old: no md.q' 'md.q 9f000000 1\r\r\n=> '
    start_sim --loader u-boot --flash "$dir/flash" --baud 0 --64 \
        --format middle --has saves
    usage_is '64 bits' '[.b, .w, .l, .q]'
    ub 'md.q 9f000000 1'
    holds 'u-boot: md.q' '9f000000: 514a433c352e2720    '
    ub 'help saves'
    holds 'u-boot: help saves' '\nsaves [ off ] [size]\r\n=> '
}

test_uboot_new() {
    start_sim --loader u-boot --flash "$dir/flash" --baud 0 --format new \
        --endian big --mtdparts 'f:64k(boot)' --without flinfo,base
    ub 'md.l 9f000000 5'
    is 'u-boot new: md.l, big endian' "md.l 9f000000 5\\r\\n\
9f000000: 20272e35 3c434a51 585f666d 747b8289   '.5<CJQX_fmt{..\\r\\n\
9f000010: 90979ea5                             ....\\r\\n=> "
    ub 'md 9f000000 0'
    is 'u-boot new: md of nothing' 'md 9f000000 0\r\n=> '
    ub 'crc32 9f000000 100'
    is 'u-boot new: crc32' "crc32 9f000000 100\\r\\n\
crc32 for 9f000000 ... 9f0000ff ==> $(crc "$dir/pattern")\\r\\n=> "
    ub 'mtd list'
    holds 'u-boot new: mtd list' \
        '\t  - 0x000000000000-0x000000010000 : "boot"\r'
    ub 'flinfo'
    is 'u-boot: command left out' \
        "flinfo\\r\\nUnknown command 'flinfo' - try 'help'\\r\\n=> "
    ub 'saveenv'
    logged 'u-boot: dangerous commands are noted' '!dangerous saveenv'
}

# md stops at Ctrl-C after a row and eats a byte with each.
test_uboot_keys() {
    start_sim --loader u-boot --flash "$dir/flash"
    talk 'e:md.b 9f000000 1000' 's:\r' p:20 's:\x03' 'w:\r\n=> '
    [ "$(wc -l <"$dir/got")" -lt 10 ]
    result $? 'u-boot: Ctrl-C stops md'
    talk 's:\r' 'w:=> '
    is 'u-boot: stopped md is not repeated' '\r\r\n=> '
    talk 'e:md.b 9f000000 40' 's:\r' 's:abc' 'w:=> ' p:30
    holds 'u-boot: md eats what is typed' '=> '
    ! tail -c 4 "$dir/got" | grep -q '[a-c]'
    result $? 'u-boot: nothing of it is left'
}

test_uboot_reset() {
    start_sim --loader u-boot --flash "$dir/flash" --baud 0 --autoboot 1
    talk 's:md 10 1\r' 'w:autoboot:  1 ' 's: ' 'w:=> ' 's:\r' 'w:=> '
    holds 'u-boot: bad address resets' '\r\nResetting CPU ...\r\n'
    holds 'u-boot: countdown is stopped' 'autoboot:  1 \b\b\b 0 \r\n=> '
    logged 'u-boot: reset is noted' '!reset'
    start_sim --loader u-boot --flash "$dir/flash" --state power-on \
        --autoboot 1 --stop slp
    talk 'w:Autobooting in 1 seconds\r\n' 's:xxslp' 'w:=> '
    holds 'u-boot: stop word' 'seconds\r\n=> '
}

test_faults() {
    start_sim --loader u-boot --flash "$dir/flash" --baud 0 \
        --bad-row 0x9f000018:1 --lose-row 0x9f000020 --noise-line 0x9f000030
    ub 'md.b 9f000000 40'
    cp "$dir/got" "$dir/first"
    grep -qa '^9f000010: 90 97 9e a5 ac b3 ba c1 c8 cf d6 dd e4 eb f2 f9 ' \
        "$dir/got"
    result $((! $?)) 'faults: bad row'
    ! grep -qa '^9f000020:' "$dir/got"
    result $? 'faults: lost row'
    holds 'faults: noise' '] eth0: link is up'
    ub 'md.b 9f000000 40'
    holds 'faults: bad row only once' \
        '9f000010: 90 97 9e a5 ac b3 ba c1 c8 cf d6 dd e4 eb f2 f9 '
    ! cmp -s "$dir/first" "$dir/got"
    result $? 'faults: rows differ'
}

test_end() {
    start_sim --loader u-boot --flash "$dir/flash" --leftover 'gar\x62age'
    talk 's:\r' 'w:=> '
    is 'leftover' \
        "\\r\\r\\nUnknown command 'garbage' - try 'help'\\r\\n=> "
    stop_sim
    result $? 'exit status after SIGTERM'
    [ ! -L "$tty" ]
    result $? 'link is gone'
    "$SIM" --loader u-boot --flash "$dir/flash" --baud x 2>"$dir/err"
    [ $? -eq 2 ] && [ "$(wc -l <"$dir/err")" -eq 1 ]
    result $? 'wrong usage'
}

# crc FILE: CRC-32 by way of gzip, which keeps it in its last 8 bytes.
crc() {
    gzip -c "$1" | tail -c 8 | od -An -tu1 |
        { read -r a b c d _; printf '%02x%02x%02x%02x' "$d" "$c" "$b" "$a"; }
}

make_flash
test_winbond_line
test_winbond_dump
test_winbond_images
test_winbond_start
test_fifo
test_uboot_old
test_uboot_new
test_uboot_quad
test_uboot_keys
test_uboot_reset
test_faults
test_end
finish
