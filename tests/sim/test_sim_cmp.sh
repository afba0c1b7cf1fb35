#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Checks the simulated U-Boot's cmp, over flash and RAM, byte by byte.

. "$(dirname "$0")/lib.sh"

uboot() {
    start_sim --loader u-boot --flash "$dir/flash" --baud 0 "$@"
}

# Blocks of 4 KiB are the same but for a byte; values with zeros in front.
make_flash() {
    {
        seq -f %015.0f 0 255
        seq -f %015.0f 0 255
        printf '\005\000\000\000\005\000\000\000\005\000\005\000\000\000\000\000'
        printf '\006\000\000\000\005\000\000\000\007\001\005\000\000\000\000\000'
        head -c 4064 /dev/zero
    } > "$dir/flash"
    printf X | dd of="$dir/flash" bs=1 seek=$((0x1806)) conv=notrunc status=none
}

# cmp_is NAME COMMAND TEXT: it answers so.
cmp_is() {
    ub "$2"
    is "$1" "$2$echo$3\\r\\n=> "
}

test_old() {
    echo='\r\r\n'
    uboot
    cmp_is 'old: the same' 'cmp.b 9f000000 9f001000 10' \
        'Total of 16 bytes were the same'
    cmp_is 'old: one' 'cmp.w 9f000000 9f001000 1' \
        'Total of 1 halfword were the same'
    cmp_is 'old: none' 'cmp 9f000000 9f001000 0' \
        'Total of 0 words were the same'
    cmp_is 'old: a byte' 'cmp.b 9f000800 9f001800 10' \
        'byte at 0x9f000806 (0x30) != byte at 0x9f001806 (0x58)\r
Total of 6 bytes were the same'
    cmp_is 'old: zeros in front' 'cmp.b 9f002000 9f002010 10' \
        'byte at 0x9f002000 (0x05) != byte at 0x9f002010 (0x06)\r
Total of 0 bytes were the same'
    cmp_is 'old: a halfword' 'cmp.w 9f002000 9f002010 8' \
        'halfword at 0x9f002000 (0x0005) != halfword at 0x9f002010 (0x0006)\r
Total of 0 halfwords were the same'
    cmp_is 'old: a word' 'cmp.l 9f002000 9f002010 4' \
        'word at 0x9f002000 (0x00000005) != word at 0x9f002010 (0x00000006)\r
Total of 0 words were the same'
    ub 'cmp 9f000000 9f001000'
    holds 'old: usage' '\r\ncmp [.b, .w, .l] addr1 addr2 count\r\n'
    ub 'base 9f000000;cmp.b 0 1000 2;base 0'
    holds 'old: base' 'Total of 2 bytes were the same'
    ub 'cp.l 9f000000 82000000 400;cmp.b 82000000 9f001000 1000'
    holds 'old: RAM' \
        'byte at 0x82000806 (0x30) != byte at 0x9f001806 (0x58)\r\n'
    talk 's:cmp.b 9f000000 10 1\r' 'w:data abort'
    result $? 'old: a bad address'
}

test_new() {
    echo='\r\n'
    uboot --format new
    cmp_is 'new: the same' 'cmp.b 9f000000 9f001000 1' \
        'Total of 1 byte(s) were the same'
    cmp_is 'new: a byte, without zeros in front' 'cmp.b 9f002000 9f002010 10' \
        'byte at 0x9f002000 (0x5) != byte at 0x9f002010 (0x6)\r
Total of 0 byte(s) were the same'
    cmp_is 'new: nothing but zeros' 'cmp.b 9f002009 9f002019 1' \
        'byte at 0x9f002009 (0x0) != byte at 0x9f002019 (0x1)\r
Total of 0 byte(s) were the same'
    cmp_is 'new: a halfword' 'cmp.w 9f002000 9f002010 8' \
        'halfword at 0x9f002000 (0x5) != halfword at 0x9f002010 (0x6)\r
Total of 0 halfword(s) were the same'
    cmp_is 'new: a word' 'cmp.l 9f002000 9f002010 4' \
        'word at 0x9f002000 (0x05) != word at 0x9f002010 (0x06)\r
Total of 0 word(s) were the same'
    uboot --format new --endian big
    cmp_is 'new: a word, big endian' 'cmp.l 9f002000 9f002010 4' \
        'word at 0x9f002000 (0x5000000) != word at 0x9f002010 (0x6000000)\r
Total of 0 word(s) were the same'
    uboot --format new --64
    cmp_is 'new: a double word' 'cmp.q 9f002008 9f002018 2' \
        'double word at 0x9f002008 (0x050005) != double word at 0x9f002018 (0x050107)\r
Total of 0 double word(s) were the same'
    uboot --format middle --64
    cmp_is 'middle: 64 bits' 'cmp.w 9f002000 9f002010 8' \
        'halfword at 0x000000009f002000 (0x5) != halfword at 0x000000009f002010 (0x6)\r
Total of 0 halfword(s) were the same'
    uboot --format new --sum-rate 16K
    "$EXPECT" "$tty" 's:cmp.b 9f000000 9f000000 1000\r' 'w:1000\r\n' i:from \
        'w:Total' i:to 2> "$dir/times" > "$dir/got"
    check 'new: takes time' "$(awk '{ t[$1] = $2 }
        END { print t["to"] - t["from"] }' "$dir/times")" -ge 240000
    start_sim --loader u-boot --flash "$dir/flash" --format new \
        --sum-rate 16K
    talk 's:cmp.b 9f000000 9f000000 1000\r' p:50 's:\x03' 'w:=> ' 'w:=> '
    is 'new: Ctrl-C waits for the prompt' "cmp.b 9f000000 9f000000 1000\\r\\n\
Total of 4096 byte(s) were the same\\r\\n=> <INTERRUPT>\\r\\n=> "
}

make_flash
test_old
test_new
finish
