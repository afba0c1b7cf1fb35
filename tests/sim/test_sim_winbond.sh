#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Checks what keys do at the simulated Winbond loader: its line editor, its
# editor of memory, its questions, and the commands that change something.
# timeout: 60

. "$(dirname "$0")/lib.sh"

winbond() {
    start_sim --loader winbond --flash "$dir/flash" --baud 0 "$@"
}

make_flash() {
    head -c 256 /dev/zero | tr '\0' 'i' > "$dir/info"
    head -c 65500 /dev/zero | tr '\0' 'k' > "$dir/kernel"
    "$MKFLASH" --size 0x80000 --loader "$dir/info" \
        --image "0:BOOT INFO:0x10000:af:0x7F010000:$dir/info" \
        --image "7:linux.bin:0x20000:acxz:0x8000:$dir/kernel" \
        --image "6:romfs.img:0x40000:a:0x7F040000:$dir/info" "$dir/flash"
    cp "$dir/flash" "$dir/kept"
}

# typed NAME KEYS TEXT: they bring TEXT and a prompt.
typed() {
    talk "s:$2" "w:\\n\\r\\rbootloader > "
    is "$1" "$3$P"
}

dangers() {
    grep -c '^!dangerous' "$dir/log"
}

# --- the line --------------------------------------------------------------

test_line() {
    winbond
    talk 's:\r' 'w:ader > ' 's:\x03\r' 'w:ader > '
    is 'an empty line, and Ctrl-C as any other character' \
        "\\n\\r\\rbootloader > \\x03\\n\\rERROR: unrecognised command\\n\\r$P"
    check 'nothing dangerous' "$(dangers)" -eq 0
    typed 'a blank in front is a command without letters' ' ls\r' \
        ' ls\n\rERROR: unrecognised command\n\r'
    typed 'backspace at the beginning does nothing' '\b\bfd\bq\r' \
        'fd\r\rbootloader > f \bq\n\rERROR: unrecognised command\n\r'
    typed 'ESC swallows one key' '\efxx\r' \
        'xx\n\rERROR: unrecognised command\n\r'
    talk "s:$(head -c 79 /dev/zero | tr '\0' z)y" 'w:ader > '
    holds 'the 80th character ends a line' \
        "zzzyERROR: unrecognised command\\n\\r$P"
    typed 'a tab is no blank' 'd\x09x\r' \
        'd\tx\n\rERROR: unrecognised command\n\r'
}

S=$(printf '%79s' '')

# An arrow key brings a line back, and somebody else's is there.
test_history() {
    winbond
    talk 's:\e[A' 'w:\b'
    is 'an arrow key brings somebody'"'"'s line back' \
        "\\r$S\\r\\rbootloader > del 6 \\b"
    talk 's:\r' 'w:\n\r\rbootloader > '
    is 'which then runs' "\\n\\rDeleting Image 6 ...\\n\\r$P"
    logged 'it is noted' '!foreign del 6'
    logged 'and dangerous' '!dangerous del'
    logged 'and has changed the flash' '!changed flash 0x40000 0x10000'
    winbond --last-command ''
    typed 'without a line before it takes two keys only' '\e[Als\r' \
        'Als\n\rERROR: unrecognised command\n\r'
    typed 'an own line' '\e[A\r' \
        "\\r$S\\r\\rbootloader > Als \\b\\n\\rERROR: unrecognised command\\n\\r"
    winbond
    wb 'intf'
    wb 'i'
    talk 's:\e[A' 'w:\b'
    is 'the third line is lost, and the first one is back' \
        "\\r$S\\r\\rbootloader > del 6 \\b"
    talk 's:\e[A' 'w:\b' 's:\r' 'w:MAC' 'w:ader > '
    holds 'the one before it' 'bootloader > intf \b\n\rMAC\n\r'
    talk 's:boot\r' 'w:debug mode' 's:\e' 'w:ader > ' 's:\e[A\r' 'w:ader > '
    holds 'a reset forgets them' 'A\n\rERROR: unrecognised command'
}

# --- the editor of memory ---------------------------------------------------

test_edit() {
    winbond
    wb 'mset 0x1000 0x40 0x12345678'
    logged 'mset is dangerous' '!dangerous mset'
    talk 's:e 0x1000\r' 'w:  12345678'
    is 'e: it shows a word' 'e 0x1000\n\r[1000]  12345678'
    talk 's:\n5zx\x03q' p:100
    is 'e: line feeds, other keys, and digits at first, do nothing' ''
    check 'e: nothing was written' "$(marks 'dangerous e writes')" -eq 0
    talk 's:\r' 'w:[1004]  12345678'
    is 'e: CR writes what is there, and goes on' \
        '\r[1000]  12345678 --> 12345678\n\r[1004]  12345678'
    check 'e: that is noted' "$(marks 'dangerous e writes')" -eq 1
    talk 's:\b\b\b\b\b\b\b\bdEaDbEeF9\r' 'w:[1008]  12345678'
    is 'e: typed over' "\\b \\b\\b \\b\\b \\b\\b \\b\\b \\b\\b \\b\\b \\b\\b\
 \\bdEaDbEeF\\r[1004]  12345678 --> DEADBEEF\\n\\r[1008]  12345678"
    talk 's:\b\b\b\b\b\b\b\b\b\r' 'w:[100C]  12345678'
    holds 'e: nothing left is a zero' \
        '\n\r\r[1008]  12345678 --> 00000000\n\r'
    talk 's:\0005\x0012\r' 'w:[1010]  12345678'
    holds 'e: NUL swallows a key' '\r[100C]  12345678 --> 12345678\n\r'
    talk 's:\e' 'w:\n\r\rbootloader > '
    is 'e: ESC ends it' "\\n\\r\\n\\r$P"
    wb 'd -s 0x1000'
    holds 'e: that is in memory' '[00001000] 78563412 EFBEADDE - 00000000 78563412'
    talk 's:e -s 0x1004\r' 'w:EFBEADDE' 's:\b\b77\r' 'w:[1008]' 's:\e' \
        'w:ader > '
    holds 'e -s: turned' '\r[1004]  EFBEADDE --> 77ADBEEF\n\r'
    talk 's:e -h 0x1000\r' 'w:5678' 's:\b1\r' 'w:[1002]' 's:\e' 'w:ader > '
    holds 'e -h' '\r[1000]  5678 -> 5671\n\r'
    talk 's:e -b 0x1001\r' 'w:56' 's:\b\b.1\r' 'w:[1002]' 's:\e' 'w:ader > '
    holds 'e -b, and a dot' '\r[1001]  56 -> F1\n\r'
    typed 'e: alignment' 'e 0x1001\r' \
        'e 0x1001\n\rERROR: Alignment error!\n\r'
    wb 'e'
    holds 'e: help' 'usage: E -[w,h,b,s] <taddr>\n\r'
    talk 's:E -s 0x7F040000\r' 'w:69696969' 's:\b\b11\r' 'w:[7F040004]' 's:\e' \
        'w:ader > '
    holds 'e: flash ignores a store' '\r[7F040000]  69696969 --> 69696969\n\r'
    wb 'cp 0x1000 0x2000 0x10'
    wb 'd -b 0x2000'
    holds 'cp' '[00002000] 71 F1 34 12 EF BE AD 77 - '
}

# --- questions ---------------------------------------------------------------

test_questions() {
    winbond
    talk 's:fx 6 romfs.img 0x7f040000 0x7f040000 -a\r' 'w:[y/N]\n\r' 's:\r' \
        'w:ader > '
    holds 'fx: any key but y says no' "[y/N]\\n\\r\\n\\r\\rbootloader > "
    check 'fx: nothing changed' "$(grep -c '^!changed' "$dir/log")" -eq 0
    talk 's:fx 6 romfs.img 0x7f040000 0x7f040000 -a\r' 'w:[y/N]\n\r' 's:y' \
        'w:cancel ... ' 's:\r\n\x03q' p:200 's:\x18' 'w:ader > '
    holds 'fx: y deletes' 'Deleting image 6 ...\n\rWaiting for download\n\r'
    logged 'fx: which changes flash' '!changed flash 0x40000 0x10000'
    holds 'fx: Ctrl-X ends the wait' "C\\n\\rDownload error!\\n\\r$P"
    talk 's:mx\r' 'w:(0x8000):' 's:d -s\r' 'w:cancel' 's:\x18' 'w:ader > '
    holds 'mx: asks for an address' \
        '(0x8000):d -s\n\rImage load address default to 0x00008000\n\r'
    logged 'mx: is dangerous' '!dangerous mx'
}

test_changes() {
    winbond
    wb 'del'
    holds 'del: without a number image 0' "\\rDeleting Image 0 ...\\n\\r$P"
    logged 'del: its block' '!changed flash 0x10000 0x10000'
    wb 'ls'
    lacks 'del: it is gone' 'BOOT INFO'
    wb 'del b2'
    logged 'del: a block' '!changed flash 0x20000 0x10000'
    wb 'd -b 0x7f020000'
    holds 'del: blank' '[7F020000] FF FF FF FF'
    wb 'del 5'
    holds 'del: no such image' 'ERROR: Image 5 is not existed\n\r'
    wb 'del x'
    holds 'del: help' 'Usage: DEL [ImageNo.] [b{blockNo.}] [-all]\n\r'
    wb 'del -all'
    holds 'del: all' 'Press Ctrl-c to stop\n\rDeleting ... Block 2\n\r'
    logged 'del: to the end' '!changed flash 0x70000 0x10000'
    talk 's:G\r' p:100 's:\r' p:100
    is 'g: that is the end' 'G\n\r'
    logged 'g: dangerous' '!dangerous G'
    cmp -s "$dir/flash" "$dir/kept"
    result $? 'the file stays as it is'
    winbond
    talk 's:run 7\r' 'w:Linux version'
    result $? 'run: starts it'
}

make_flash
test_line
test_history
test_edit
test_questions
test_changes
finish
