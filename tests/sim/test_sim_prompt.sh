#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Checks the simulated U-Boot's prompt: which line an empty one repeats, what
# Ctrl-C forgets, what the keys of its line editors do, byte by byte.
# timeout: 60

. "$(dirname "$0")/lib.sh"

# Quick, of an age whose editor is the plain one.
uboot() {
    start_sim --loader u-boot --baud 0 --autoboot 0.5 "$@"
}

old() {
    uboot --flash "$dir/flash" "$@"
}

new() {
    old --format new "$@"
}

# prompts KEYS...: each of them brings a prompt.
prompts() {
    local steps=() keys

    for keys; do
        steps+=("s:$keys" 'w:=> ')
    done
    talk "${steps[@]}"
}

make_flash() {
    head -c 262144 /dev/zero | tr '\0' 'k' > "$dir/flash"
    head -c 65536 /dev/zero | tr '\0' 's' > "$dir/spi"
    cp "$dir/flash" "$dir/kept"
}

# --- the simple shell ------------------------------------------------------

# Somebody else's last line waits for an empty one; Ctrl-C does not forget it.
test_foreign() {
    old
    prompts '\x03' '\x03'
    is 'foreign: Ctrl-C brings prompts' '<INTERRUPT>\r\n=> <INTERRUPT>\r\n=> '
    check 'foreign: and runs nothing' "$(wc -l < "$dir/log")" -eq 0
    prompts '\r'
    is 'foreign: an empty line runs it' "\\r\\r\\nErase Flash Bank # 1 - Warning:\
 2 protected sectors will not be erased!\\r\\n.. done\\r\\n=> "
    logged 'foreign: noted' '!foreign erase all'
    logged 'foreign: dangerous' '!dangerous erase'
    logged 'foreign: which bytes' '!changed nor0 0x20000 0x10000'
    ub 'md.b 9f01fffe 4'
    holds 'foreign: blank now' '9f01fffe: 6b 6b ff ff '
    prompts '\r'
    holds 'foreign: an own line took its place' '9f020002: ff ff ff ff '
    check 'foreign: once' "$(marks 'dangerous erase')" -eq 1
    cmp -s "$dir/flash" "$dir/kept"
    result $? 'foreign: the file stays as it is'
    old --last-command ''
    prompts '\r' '\r'
    is 'foreign: none' '\r\r\n=> \r\r\n=> '
    old --state power-on
    talk 'w:autoboot:' 's: ' 'w:=> ' 's:\r' 'w:=> '
    check 'foreign: none after a start' "$(marks 'dangerous erase')" -eq 0
}

# The line that may be repeated: the last, if it went well and none says no.
test_simple() {
    old --last-command 'erase 1:3'
    prompts 'mdx\r' '\r'
    is 'simple: what failed is forgotten' \
        "mdx\\r\\r\\nUnknown command 'mdx' - try 'help'\\r\\n=> \\r\\r\\n=> "
    old --last-command 'erase 1:3'
    prompts ' \r' '\r'
    is 'simple: so is a line of blanks' ' \r\r\n=> \r\r\n=> '
    old --last-command 'erase 1:3'
    prompts 'md 1 2 3 4\r' '\r'
    holds 'simple: so is wrong usage' '[# of objects]\r\n=> \r\r\n=> '
    old --last-command 'erase 1:3'
    prompts 'x\x03' '\x15\r'
    is 'simple: what Ctrl-C took is not the last line' "x<INTERRUPT>\\r\\n=> \\r\
\\r\\nErase Flash Sectors 3-3 in Bank # 1 \\r\\n. done\\r\\n=> "
    prompts 'setenv x 1;md.b 9f000000 1\r' '\r'
    holds 'simple: one that is not repeatable' '    k\r\n=> \r\r\n=> '
    prompts 'md.b 9f000000 1;mdx;md.b 9f000000 1\r'
    check 'simple: goes on after a failure' \
        "$(grep -c '^9f00' "$dir/got")" -eq 2
    prompts ';md 9f000000 1\r'
    holds 'simple: no empty command' "Unknown command ';md'"
    prompts "md '9f000000 1'\\r"
    holds 'simple: quotes do not keep words together' '9f000000: 6b6b6b6b '
    prompts 'md.b 9f000000\\;1\r' 'version;;version\r'
    holds 'simple: a second semicolon is part of a name' \
        "Unknown command ';version'"
    check 'simple: nothing else was erased' "$(marks 'dangerous erase')" -eq 1
}

# Between a Ctrl-C in a dump and the end of the line nothing runs any more.
test_interrupt() {
    start_sim --loader u-boot --flash "$dir/flash" --last-command ''
    talk 's:md.b 9f000000 1000;erase 1:3\r' p:50 's:\x03' 'w:=> ' 's:\r' 'w:=> '
    check 'simple: Ctrl-C ends the line' "$(marks 'dangerous erase')" -eq 0
    check 'simple: and is not repeated' "$(tail -c 4 "$dir/got")" = $'\n=> '
    start_sim --loader u-boot --flash "$dir/flash" --shell hush
    talk 's:md.b 9f000000 1000;erase 1:3\r' p:50 's:\x03' 'w:=> '
    check 'hush: Ctrl-C ends the command only' \
        "$(marks 'dangerous erase')" -eq 1
    talk 's:\r' 'w:=> '
    is 'hush: but forgets the line' '\r\r\n=> '
}

test_ages() {
    new
    prompts '\r'
    is 'new: cp is still repeated' '\r\nCopy to Flash... Flash not Erased\r\n=> '
    logged 'new: that is dangerous' '!dangerous cp'
    new --last-command 'erase 1:3'
    prompts '\r' '\r'
    is 'new: the foreign one ran once, erase is not repeatable' "\\r\\nErase\
 Flash Sectors 3-3 in Bank # 1 \\r\\n. done\\r\\n=> \\r\\n=> "
    uboot --spi "$dir/spi"
    prompts '\r' 'sf read 81000000 0 2;md.b 81000000 2\r'
    holds 'sf erase is repeated at any age' \
        'SF: 65536 bytes @ 0x0 Erased: OK\r\n=> '
    holds 'sf erase: blank now' '81000000: ff ff '
    logged 'sf erase: which bytes' '!changed sf0 0x0 0x10000'
    uboot --spi "$dir/spi" --spi-style ralink --flash "$dir/flash" \
        --base 0xbc000000 --autoboot ralink-menu --eol crlf
    talk 's:\r' 'w:MT7628 # '
    holds 'ralink: erase knows no protection' \
        '\r\r\nraspi_erase: offs:0 len:40000\r\n....\r\nMT7628 # '
    talk 's: \r' 'w:data abort'
    result $? '1.1.3: a line of blanks is a command without a name'
}

# --- hush ------------------------------------------------------------------

test_hush() {
    old --shell hush
    prompts '\x03' '\r'
    is 'hush: Ctrl-C forgets' '<INTERRUPT>\r\n=> \r\r\n=> '
    check 'hush: nothing ran' "$(marks 'dangerous erase')" -eq 0
    old --shell hush
    prompts '\r'
    logged 'hush: an empty line repeats here, too' '!foreign erase all'
    prompts 'flinfo 9\r' '\r'
    is 'hush: even what failed' "flinfo 9\\r\\r\\nOnly FLASH Banks # 1 ... # 1\
 supported\\r\\n=> \\r\\r\\nOnly FLASH Banks # 1 ... # 1 supported\\r\\n=> "
    prompts 'mdx\r' '\r'
    is 'hush old: but not what is no command' \
        "mdx\\r\\r\\nUnknown command 'mdx' - try 'help'\\r\\n=> \\r\\r\\n=> "
    new --shell hush
    prompts 'mdx\r' '\r'
    is 'hush new: that, too' "mdx\\r\\nUnknown command 'mdx' - try\
 'help'\\r\\n=> \\r\\nUnknown command 'mdx' - try 'help'\\r\\n=> "
    prompts "echo 'a  b;c' d#e # f\\r"
    holds 'hush: quotes and comments' '\na  b;c d#e\r\n=> '
    talk "s:echo 'a\\r" 'w:> ' "s:b'\\r" 'w:=> '
    is 'hush: an open quote' "echo 'a\\r\\n> b'\\r\\na\\r\\nb\\r\\n=> "
    talk "s:echo 'a\\r" 'w:> ' 's:\x03' 'w:=> ' 's:\r' 'w:=> '
    is 'hush: Ctrl-C closes it' "echo 'a\\r\\n> <INTERRUPT>\\r\\n=> \\r\\n=> "
    prompts 'if echo a;then echo b;fi\r'
    is 'hush: if' 'if echo a;then echo b;fi\r\na\r\nb\r\n=> '
    prompts 'if mdx;then echo b;fi;echo c\r'
    is 'hush: if not' "if mdx;then echo b;fi;echo c\\r\\nUnknown command 'mdx'\
 - try 'help'\\r\\nc\\r\\n=> "
    talk 's:if echo a\r' 'w:> ' 's:then echo b\r' 'w:> ' 's:fi\r' 'w:=> '
    is 'hush: an open if' \
        'if echo a\r\n> then echo b\r\n> fi\r\na\r\nb\r\n=> '
    talk 's:if echo a;then echo b\r' 'w:> ' 's:\x03' 'w:=> ' 's:\r' 'w:=> '
    is 'hush: Ctrl-C drops it' \
        'if echo a;then echo b\r\n> <INTERRUPT>\r\n=> \r\n=> '
}

E='\b \b' # takes a character off the screen

# --- editors ---------------------------------------------------------------

test_plain() {
    old --last-command ''
    prompts 'ecpo\b\b\x7fho a\x17b\r'
    is 'plain: backspace, DEL, ^W' "ecpo\\b \\b\\b \\b\\b \\bho a\\b \\b\\b\
 \\bb\\r\\r\\nUnknown command 'ehob' - try 'help'\\r\\n=> "
    prompts 'abc\x15echo x\r'
    is 'plain: ^U' 'abc\b \b\b \b\b \becho x\r\r\nx\r\n=> '
    prompts 'echo \x18\x10\e[Ax\r'
    is 'plain: no other key means anything' \
        'echo \x18\x10\e[Ax\r\r\n\x18\x10\e[Ax\r\n=> '
    prompts 'echo\x09x\b\b\x15\x00version\r'
    is 'plain: tabulator' "echo x$E$E$E$E$E${E}echo$E$E$E${E}version\\r\\r\\n\\r\\n\
U-Boot 1.1.4 (Nov 12 2009 - 10:21:33)\\r\\n=> "
    talk "s:$(head -c 256 /dev/zero | tr '\0' 'y')" 'w:\x07\x07' 's:\r' 'w:=> '
    holds 'plain: 254 characters' "yy\\a\\a\\r\\r\\nUnknown command 'yy"
    prompts 'a\nb\r\n'
    check 'plain: LF ends a line, too' "$(grep -c Unknown "$dir/got")" -eq 2
}

test_full() {
    new --last-command 'echo old'
    prompts 'ehco\x02\x02\x02\x04\x06h\x05 x\r'
    is 'full: cursor keys and ^D' 'ehco\b\b\bco \b\b\bcho\bo x\r\nx\r\n=> '
    prompts '\x10\x10\x10\x0e\x0e\x0e\x10\r'
    is 'full: history' 'echo x\b\b\b\b\b\b      \b\b\b\b\b\becho old\a\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\becho x\b\b\b\b\b\b      \b\b\b\b\b\b\aecho x\r\nx\r\n=> '
    prompts '\e[A\e[A\e[A\r'
    holds 'full: arrow keys, the line of somebody else is there too' \
        'echo old\r\nold\r\n=> '
    prompts 'abc\x18\x15echo x\x01\x0by\x15\r'
    is 'full: ^X, ^U, ^K' 'abc\b\b\b   \b\b\becho x\b\b\b\b\b\b      \b\b\b\b\b\by\b \b\r\nold\r\n=> '
    prompts 'echo ab\x02\x0fc\x7f\xff\r'
    is 'full: overwrite, DEL' 'echo ab\bc\b \b\b \b\r\n\r\n=> '
    prompts 'echo \eOAx\e[Zy\eZ\x15vers\x09\r'
    holds 'full: odd ESC sequences are kept, the tabulator completes' 'version \r\n'
    talk "s:$(head -c 257 /dev/zero | tr '\0' 'y')" 'w:\x07' 's:\r' 'w:=> '
    holds 'full: 256 characters, and then too long' \
        'yy\a\r\n## Command too long!\r\n=> '
    uboot --spi "$dir/spi" --spi-style 2010
    prompts 'echo \eab\e[Zc\r'
    is 'full 2010: ESC swallows a character' \
        'echo \eb\e[Zc\r\n\eb\e[Zc\r\n=> '
    old --editing full --last-command ''
    prompts 'm\x09\x15\r'
    holds 'full: the tabulator shows what there is' '\r\n  md  mm  mtdparts'
}

# --- commands that are editors, or write ------------------------------------

test_mm() {
    old --last-command 'mm.b 82000000'
    talk 's:\r' 'w: ? ' 's:12\r' 'w: ? ' 's:\r' 'w: ? ' 's:-\r' 'w: ? ' \
        's:x\r' 'w:=> '
    logged 'mm: foreign' '!foreign mm.b 82000000'
    check 'mm: it changes bytes' "$(marks 'dangerous mm')" -eq 1
    ub 'md.b 82000000 1'
    holds 'mm: what was typed' '82000000: 12 '
    talk 's:mm.b 82000000\r' 'w: ? ' 's:\x03' 'w:=> '
    is 'mm: Ctrl-C ends it' "mm.b 82000000\\r\\r\\n82000000: 12 ? => "
    prompts 'mw.w 82000000 1234 3;md.b 82000000 7\r'
    holds 'mw' '82000000: 34 12 34 12 34 12 '
    prompts 'erase 9f020000 9f02ffff\r' 'cp.b 82000000 9f020001 2\r' \
        'md.b 9f020000 4\r'
    holds 'erase: by address' '\r\r\n\r\n. done\r\nErased 1 sectors\r\n'
    holds 'cp: into flash' '\r\nCopy to Flash... done\r\n'
    holds 'cp: it is there' '9f020000: ff 34 12 ff '
    logged 'cp: which bytes' '!changed nor0 0x20001 0x2'
    prompts 'cp.b 82000000 9f000000 2\r'
    holds 'cp: protected' "Can't write to protected Flash sectors\\r"
    prompts 'protect off 1:0-1;flinfo;erase all\r'
    holds 'protect' 'Un-Protect Flash Sectors 0-1 in Bank # 1\r\n'
    lacks 'protect: flinfo' '(RO)'
    logged 'protect: all is erased' '!changed nor0 0x0 0x10000'
    prompts 'erase 9f020000 9f02fff0\r' 'erase 1:9\r' 'erase x y\r'
    holds 'erase: not on a border' \
        'Error: end address not on sector boundary\r\n=> '
    holds 'erase: no such sector' 'Bad sector specification\r\n=> '
    holds 'erase: no address' 'Bad address format\r\n=> '
}

make_flash
test_foreign
test_simple
test_interrupt
test_ages
test_hush
test_plain
test_full
test_mm
finish
