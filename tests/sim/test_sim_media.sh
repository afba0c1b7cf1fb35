#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Checks the simulated U-Boot's media that are read into RAM, and its variants.
# timeout: 60

. "$(dirname "$0")/lib.sh"

uboot() {
    start_sim --loader u-boot --baud 0 --autoboot 0.5 "$@"
}

# Each 16 bytes of $dir/spi are their own number; block N of $dir/nand is the
# N-th letter.
make_media() {
    local i

    seq -f %015.0f 0 65535 > "$dir/spi"
    head -c 65536 "$dir/spi" > "$dir/flash"
    for i in a b c d e f g h; do
        head -c 131072 /dev/zero | tr '\0' $i
    done > "$dir/nand"
    seq -f %015.0f 0 131071 > "$dir/mmc"
    head -c 131072 /dev/zero > "$dir/disk"
    cp "$dir/disk" "$dir/gpt"
    "${0%/*}/mkdisk.sh" dos "$dir/disk" 16:32:0e:active 64:8 80:8 \
        101:20 131:10
    "${0%/*}/mkdisk.sh" gpt "$dir/gpt" 40:20:boot 100:50:rootfs
    sha256sum "$dir/spi" "$dir/nand" "$dir/mmc" > "$dir/sums"
}

# sum FILE OFFSET BYTES: CRC-32 of a part of it.
sum() {
    tail -c +$(($2 + 1)) "$dir/$1" | head -c $(($3)) | gzip -c | tail -c 8 |
        od -An -tu1 |
        { read -r a b c d _; printf '%02x%02x%02x%02x' "$d" "$c" "$b" "$a"; }
}

# --- RAM -------------------------------------------------------------------

test_ram() {
    uboot --spi "$dir/spi" --ram 16M --format new
    ub 'bdinfo'
    holds 'ram: bdinfo' '-> start    = 0x80000000\r\n-> size     = 0x01000000\r'
    holds 'ram: relocaddr' 'relocaddr   = 0x80e00000\r'
    holds 'ram: sp start' 'sp start    = 0x80df0000\r'
    holds 'ram: no flash' 'flashstart  = 0x00000000\r\nflashsize   = 0x00000000\r'
    ub 'md.b 80400000 10'
    cp "$dir/got" "$dir/noise"
    ub 'sf probe;sf read 80400000 1000 10'
    ub 'md.b 80400000 10'
    holds 'ram: what was read' '80400000: 30 30 30 30 30 30 30 30 30 30 30 30 32 35 36 0a '
    ub 'md.b 803ffff0 10;md.b 80400010 10'
    cp "$dir/got" "$dir/around"
    ub 'sf read 80400001 0 1;md.b 80400000 2'
    holds 'ram: a byte among others' '80400000: 30 30 '
    ub 'md.b 803ffff0 10;md.b 80400010 10'
    cmp -s "$dir/got" "$dir/around"
    result $? 'ram: nothing else was changed'
    talk 's:reset\r' 'w:autoboot: ' 's: ' 'w:=> '
    ub 'md.b 80400000 10'
    lacks 'ram: lost at a reset' ': 30 30 30'
    ! cmp -s "$dir/got" "$dir/noise"
    result $? 'ram: other noise'
    talk 's:md 81000000 1\r' 'w:Resetting CPU' 'w:autoboot: ' 's: ' 'w:=> '
    check 'ram: nothing behind it' "$(marks reset)" -eq 2
    talk 's:sf probe;sf read 80dec000 0 1\r' 'w:data abort' 'w:autoboot: ' \
        's: ' 'w:=> '
    logged 'ram: its end is of U-Boot' '!dangerous overwrites U-Boot'
}

# --- SPI flash -------------------------------------------------------------

test_sf_new() {
    uboot --spi "$dir/spi" --format new --last-command '' \
        --mtdparts 'spi0.0:64k(boot),-(rest)'
    ub 'sf read 82000000 0 10'
    is 'sf: before sf probe' "sf read 82000000 0 10\\r\\nNo SPI flash selected.\
 Please run \`sf probe'\\r\\n=> "
    ub 'sf probe'
    is 'sf new: probe' "sf probe\\r\\nSF: Detected SM25Q8 with page size 256\
 Bytes, erase size 64 KiB, total 1 MiB\\r\\n=> "
    ub 'sf read 82000000 1100 80000'
    is 'sf new: read' "sf read 82000000 1100 80000\\r\\ndevice 0 offset 0x1100,\
 size 0x80000\\r\\nSF: 524288 bytes @ 0x1100 Read: OK\\r\\n=> "
    ub 'crc32 82000000 80000'
    holds 'sf new: contents' "8207ffff ==> $(sum spi 0x1100 0x80000)\\r"
    ub 'sf read 82000000 0 100000'
    holds 'sf new: all' 'device 0 whole chip\r\nSF: 1048576 bytes @ 0x0 Read: OK\r'
    ub 'sf read 82000000 ffff0 20'
    holds 'sf new: beyond the end' '\nSize exceeds partition or device limit\r'
    ub 'sf read 82000000 100000 1'
    holds 'sf new: behind the end' '\nOffset exceeds device limit\r'
    ub 'sf probe 1'
    holds 'sf: no such chip' '\nFailed to initialize SPI flash at 0:1'
    ub 'sf read 82000000 0 10'
    holds 'sf: which is then selected' 'No SPI flash selected.'
    ub 'mtd list'
    holds 'sf: mtd list' '* nor0\r\n'
    holds 'sf: mtd list, parts' '0x000000010000-0x000000100000 : "rest"\r'
    ub 'flinfo'
    holds 'sf: no flinfo' "Unknown command 'flinfo'"
    ub 'printenv bootcmd'
    holds 'sf: bootcmd' \
        'sf probe 0;sf read 0x81000000 0x10000 0xf0000;bootm 0x81000000\r'
    talk 's:sf probe;reset\r' 'w:autoboot: ' 's: ' 'w:=> '
    ub 'sf read 82000000 0 10'
    holds 'sf: a reset forgets sf probe' 'No SPI flash selected.'
}

test_sf_old() {
    uboot --spi "$dir/spi" --spi-style 2010 --cpu arm
    ub 'sf probe 0'
    holds 'sf 2010: probe' '\n1024 KiB sim_sfc at 0:0 is now current device\r'
    ub 'sf read 0x82000000 0x1100 0x800'
    is 'sf 2010: read is silent' 'sf read 0x82000000 0x1100 0x800\r\n=> '
    ub 'crc32 82000000 800'
    holds 'sf 2010: contents' "CRC32 for 82000000 ... 820007ff ==>\
 $(sum spi 0x1100 0x800)\\r"
    ub 'sf read 82000000 ffff0 20'
    holds 'sf 2010: beyond the end' '\nSPI flash read failed\r'
    ub bdinfo
    holds 'bdinfo: old ARM' 'DRAM bank   = 0x00000000\r\n-> start    = 0x80000000'
    uboot --spi "$dir/spi" --spi-style 2013 --state power-on
    talk 'w:SF: Detected SM25Q8\r' 'w:autoboot: ' 's: ' 'w:=> '
    result $? 'sf 2013: banner'
    ub 'sf probe'
    holds 'sf 2013: probe' '\nSF: Detected SM25Q8\r\n'
    ub 'sf read 82000000 1100 800'
    holds 'sf 2013: read' '\r\nSF: 2048 bytes @ 0x1100 Read: OK\r'
    ub 'sf read 82000000 ffff0 20'
    holds 'sf 2013: beyond the end' \
        '\nERROR: attempting read past flash size (0x100000)\r'
    ub 'sf erase 0 10000'
    logged 'sf: dangerous' '!dangerous sf erase'
    uboot --flash "$dir/flash"
    ub 'sf probe'
    holds 'sf: none' '\nFailed to initialize SPI flash at 0:0'
}

test_spi() {
    printf 'ab\0\001\017\377' > "$dir/small"
    uboot --spi "$dir/small" --flash "$dir/flash" --base 0xbc000000 \
        --spi-style ralink
    ub 'spi read 0 6'
    is 'spi: read' 'spi read 0 6\r\r\nread len: 6\r\n61 62 0 1 f ff \r\n=> '
    ub 'spi read 4 4'
    holds 'spi: begins again at the end' '\nf ff 61 62 \r'
    ub 'sf probe'
    holds 'spi: no sf' "Unknown command 'sf'"
    ub 'spi sr write 0'
    logged 'spi: dangerous' '!dangerous spi sr'
    ub 'spi erase 0 10000'
    logged 'spi: dangerous, too' '!dangerous spi erase'
}

# --- NAND ------------------------------------------------------------------

test_nand() {
    uboot --nand "$dir/nand" --nand-bad 1,3 --format middle
    ub 'nand info'
    is 'nand: info' "nand info\\r\\n\\r\\nDevice 0: nand0, sector size 128 KiB\
\\r\\n  Page size       2048 b\\r\\n  OOB size          64 b\\r\
\\n  Erase size    131072 b\\r\\n=> "
    ub 'nand bad'
    is 'nand: bad' \
        'nand bad\r\n\r\nDevice 0 bad blocks:\r\n  00020000\r\n  00060000\r\n=> '
    ub 'nand read 81000000 1f800 1000;md.b 810007ff 2'
    holds 'nand: read' "\\r\\n\\r\\nNAND read: device 0 offset 0x1f800, size\
 0x1000\\r\\nSkipping bad block 0x00020000\\r\\n 4096 bytes read: OK\\r"
    holds 'nand: what is behind a bad block moves up' '810007ff: 61 63 '
    ub 'nand read 81000000 40000 40000;md.b 8101ffff 2'
    holds 'nand: the next one' '8101ffff: 63 65 '
    ub 'nand read 81000000 0 100000'
    holds 'nand: too few good blocks' \
        'Attempt to read outside the flash area\r\n 0 bytes read: ERROR\r'
    ub 'nand read 81000000 0'
    holds 'nand: as many as there are' \
        'size adjusted to 0xc0000 (2 bad blocks)\r'
    ub 'nand read 81000000 10 10'
    holds 'nand: whole pages' 'non page-aligned data\r\n 0 bytes read: ERROR\r'
    ub 'nand read.raw 81000000 1f800 2;md.b 81000800 1;md.b 81001040 2'
    holds 'nand: raw' ' 4224 bytes read: OK\r\n81000800: ff '
    holds 'nand: raw, mark of a bad block' '81001040: 00 ff '
    ub 'nand dump 0'
    holds 'nand: dump' '\nPage 00000000 dump:\r\n\t61 61 61 61 61 61 61 61  61 '
    holds 'nand: dump, spare' \
        '\nOOB:\r\n\tff ff ff ff ff ff ff ff\r\n\tff '
    ub 'nand erase 0 40000;nand read 81000000 0 2;md.b 81000000 2'
    logged 'nand: dangerous' '!dangerous nand erase'
    logged 'nand: not the bad block' '!changed nand0 0x0 0x20000'
    check 'nand: nothing else' "$(grep -c '^!changed' "$dir/log")" -eq 1
    holds 'nand: blank' '81000000: ff ff '
    ub 'mw.b 81000000 5a 800;nand write 81000000 40000 800'
    holds 'nand: written' '\r\n 2048 bytes written: OK\r'
    ub 'nand read 81000000 40000 800;md.b 81000000 1'
    holds 'nand: only bits that were set' '81000000: 42 '
    ub 'nand markbad 0;nand bad'
    logged 'nand: dangerous, too' '!dangerous nand markbad'
    holds 'nand: and so it is' 'bad blocks:\r\n  00000000\r\n  00020000'
    talk 's:nand scrub 20000 20000\r' 'w:<y/N>\r\n' 's:n' 'w:=> '
    holds 'nand: scrub asks' 'scrub aborted\r'
    talk 's:nand scrub 20000 20000\r' 'w:<y/N>\r\n' 's:y\r' 'w:=> '
    logged 'nand: and does it' '!changed nand0 0x20000 0x20000'
    ub 'nand device'
    holds 'nand: device' 'Device 0: nand0, sector size 128 KiB\r'
    uboot --nand "$dir/nand" --nand-shape 512:16:16K --format new
    ub 'nand dump 200'
    holds 'nand new: dump' \
        '\nPage at offset 00000200 dump:\r\n00000200: 61 61 61 '
    ub 'mtd list'
    holds 'nand: mtd list' '* nand0\r\n'
    holds 'nand: mtd list, shape' '  - block size: 0x4000 bytes\r\n'
}

# --- eMMC ------------------------------------------------------------------

test_mmc() {
    uboot --mmc "$dir/mmc" --mmc-boot "$dir/flash" --format new \
        --selected first
    ub 'mmc read 82000000 500 100'
    is 'mmc: read' "mmc read 82000000 500 100\\r\\n\\r\\nMMC read: dev # 0,\
 block # 1280, count 256 ... 256 blocks read: OK\\r\\n=> "
    ub 'crc32 82000000 20000'
    holds 'mmc: contents' "==> $(sum mmc 0xa0000 0x20000)\\r"
    ub 'mmc read 82000000 fff 2'
    holds 'mmc: beyond the end' '0 blocks read: ERROR\r'
    ub 'mmc info'
    holds 'mmc: info' '\r\nRd Block Len: 512\r\n'
    holds 'mmc: capacity' '\r\nCapacity: 2 MiB\r\n'
    ub 'mmc part'
    holds 'mmc: no table' '## Unknown partition table type 0\r'
    ub 'mmc dev 0 1'
    holds 'mmc: boot partition' \
        'switch to partitions #1, OK\r\nmmc0(part 1) is current device\r'
    ub 'mmc read 82000000 80 1'
    holds 'mmc: which is smaller' '0 blocks read: ERROR\r'
    ub 'mmc dev 0;mmc erase 0 1'
    holds 'mmc: and back' 'mmc0(part 0) is current device\r'
    logged 'mmc: dangerous' '!dangerous mmc erase'
    uboot --mmc "$dir/disk"
    ub 'mmc part'
    holds 'mmc: DOS' "\\r\\nPartition Map for MMC device 0  --   Partition\
 Type: DOS\\r\\n\\r\\nPart\\tStart Sector\\tNum Sectors\\tUUID\\t\\tType\\r\
\\n  1\\t16        \\t32        \\t11223344-01\\t0e Boot\\r\\n  2\\t64  "
    holds 'mmc: chain of partitions' \
        '\n  6\t131       \t10        \t11223344-06\t83\r\n=> '
    ub 'mmc info;mmc dev 0 1'
    holds 'mmc old: capacity' '\r\nCapacity: 131072\r\n'
    holds 'mmc: no boot partition' "\\nCard doesn't support part_switch\\r"
    uboot --mmc "$dir/gpt"
    ub 'part list mmc 0'
    holds 'mmc: GPT' "  --   Partition Type: EFI\\r\\n\\r\\nPart\\tStart LBA\
\\tEnd LBA\\t\\tName\\r\\n"
    holds 'mmc: GPT, second' '\n  2\t0x00000064\t0x00000095\t"rootfs"\r\n\tattrs:'
    uboot --flash "$dir/flash"
    ub 'mmc info'
    holds 'mmc: none' "Unknown command 'mmc'"
}

# --- saves, smeminfo -------------------------------------------------------

test_saves() {
    uboot --flash "$dir/flash" --has saves
    talk 's:saves 9f000000 18\r' 'w:to proceed ...\r\n' 's:\n' p:50 's:\r' \
        'w:=> '
    is 'saves' "saves 9f000000 18\\r\\r\\n## Ready for S-Record upload, press\
 ENTER to proceed ...\\r\\nS0030000FC\\r\\n\
S3159F0000003030303030303030303030303030300A71\\r\\n\
S30D9F0000103030303030303030C3\\r\\n\
S70500000000FA\\r\\n## S-Record upload complete\\r\\n=> "
    start_sim --loader u-boot --flash "$dir/flash" --has saves
    talk 's:saves 9f000000 1000\r' 'w:to proceed ...\r\n' 's:\r' p:20 \
        's:\x03' 'w:=> '
    holds 'saves: Ctrl-C' '\r\n## S-Record upload aborted\r\n=> '
    check 'saves: stops soon' "$(size)" -lt 1000
    uboot --flash "$dir/flash"
    ub 'saves 9f000000 18'
    holds 'saves: rare' "Unknown command 'saves'"
}

test_smeminfo() {
    uboot --spi "$dir/spi" --map smeminfo \
        --mtdparts 'spi0.0:128k(0:SBL1),64k@0xe0000(0:ART),-(rootfs)'
    ub 'smeminfo'
    holds 'smeminfo' 'flash_density:          0x100000\r\n'
    holds 'smeminfo: row' \
        '\r\n  0: 0:SBL1           0x0000ffff              0x0          0x20000\r'
    holds 'smeminfo: another row' \
        '\r\n  2: rootfs           0x0000ffff          0xf0000          0x10000\r'
    ub 'printenv;mtdparts'
    lacks 'smeminfo: nobody else knows' SBL1
}

# --- Start -----------------------------------------------------------------

# started VARIANT PROMPT KEYS: that prompt comes, those keys stop it.
started() {
    uboot --flash "$dir/flash" --state power-on --autoboot "$1"
    talk "w:$2" "s:$3" 'w:=> '
    result $? "autoboot: $1"
}

# goes_on VARIANT KEYS: a system is started all the same.
goes_on() {
    uboot --flash "$dir/flash" --state power-on --autoboot "$1"
    talk 'w:autoboot' "s:$2" 'w:Starting kernel'
    result $? "autoboot: $1 goes on"
}

test_autoboot() {
    started any 'Hit any key to stop autoboot:  1 ' x
    started press-any 'Press any key to interrupt autoboot:  1 ' x
    started ctrl-c 'Hit Ctrl+c key to stop autoboot:  1 ' 'x\x03'
    started press-ctrl-c 'Press Ctrl+C to stop autoboot:  1 ' 'x\x03'
    started space 'Hit SPACE in 1 seconds to stop autoboot.\r\n' 'x '
    started press-space 'Press SPACE to abort autoboot in 1 seconds\r\n' 'x '
    started esc-esc 'Autobooting in 1 seconds, press "<Esc><Esc>" to stop\r\n' \
        '\ex\e\e'
    started s-key "Autoboot in 1 seconds, to stop use 's' key\\r\\n" s
    started tpl 'Autobooting in 1 seconds\r\n' '\x03tptpl'
    started tpl-magic 'Enter magic string to stop autoboot in 1 seconds\r\n' tpl
    started slp 'pass!-----\r\nAutobooting in 1 seconds\r\n' slp
    started gl 'Hit "gl" key to stop autoboot:  1 ' ggl
    started password 'Enter password - autoboot in 1 sec...\r\n' letmein
    started password-enter 'Enter password - autoboot in 1 sec...\r\n' \
        'letmein\r'
    goes_on ctrl-c 'abc\r'
    goes_on password '\x03letmein'
    goes_on password-enter '\rletmein\r'
}

menu() {
    uboot --flash "$dir/flash" --base 0xbc000000 --state power-on \
        --autoboot ralink-menu --eol crlf
    talk 'w:Please choose the operation: ' "s:$1" "w:$2"
    result $? "menu: $3"
}

test_menu() {
    menu 4 'Interface.\r\n\r\nU-Boot 1.1.3 (Mar 19 2016 - 11:05:52)\r\nMT7628 # ' \
        'to the prompt'
    holds 'menu: choice' '\r\nYou choosed 4\r\n'
    logged 'menu: noted' '!menu 4'
    talk 's:bdinfo\r' 'w:MT7628 # '
    holds 'menu: flashstart' \
        'flashstart  = 0x00000000\r\nflashsize   = 0x00010000\r'
    menu '\x03' 'Starting kernel' 'any other key starts the system'
    holds 'menu: default' '\r\nYou choosed 3\r\n'
    menu 2 '(Y/N)' 'to the flash'
    logged 'menu: 2 is dangerous' '!dangerous menu 2'
    menu 7 'Boot Loader then write to Flash via Serial.' 'to the flash, by the serial line'
    logged 'menu: 7 is dangerous' '!dangerous menu 7'
    menu 9 '(Y/N)' 'to the boot loader'
    logged 'menu: 9 is dangerous' '!dangerous menu 9'
}

# --- Processors, other board -----------------------------------------------

test_cpu() {
    uboot --flash "$dir/flash" --cpu arm64 --64
    talk 's:md.l 10 1\r' 'w:00000010:"Synchronous Abort" handler, esr ' \
        'w:Resetting CPU ... ' 'w:autoboot: '
    result $? 'cpu: arm64'
    uboot --flash "$dir/flash" --cpu ppc --format new
    ub 'md.l 10 1'
    holds 'cpu: ppc' 'Machine check in kernel mode.\r\n'
    ub 'md.b 9f000000 1'
    holds 'cpu: ppc goes on' '9f000000: 30 '
    check 'cpu: ppc does not reset' "$(marks reset)" -eq 0
    uboot --flash "$dir/flash" --cpu mips --format new
    talk 's:md.l 10 1\r' 'w:Ooops:' 'w:Please RESET the board ###' 's:\r' p:100
    check 'cpu: mips hangs' $? -eq 0 -a "$(marks hang)" -eq 1
}

test_other_board() {
    tr 0 9 < "$dir/spi" > "$dir/spi2"
    uboot --spi "$dir/spi" --flash-after-reset "$dir/spi2"
    kill -HUP "$pid"
    talk 'w:autoboot: ' 's: ' 'w:=> '
    ub 'sf probe;sf read 82000000 0 4;md.b 82000000 4'
    holds 'another board: its SPI flash' '82000000: 39 39 39 39 '
}

test_faults() {
    uboot --flash "$dir/flash" --has saves --bad-row 0x9f000010 \
        --noise-line 0x9f000020
    talk 's:saves 9f000000 40\r' 'w:ENTER' 's:\r' 'w:=> '
    lacks 'faults: saves' 'S3159F000010303030303030303030303030303031'
    holds 'faults: noise' '] eth0: link is up'
}

test_usage() {
    local options

    for options in '--nand-bad 8' '--nand-bad x' '--nand-shape 100:1:2' \
        '--spi-style old' '--has md' '--ram 0' '--ram 1:' '--autoboot soon' \
        "--mmc-boot $dir/mmc" "--spi $dir/none"; do
        # shellcheck disable=SC2086 # an option and its value
        "$SIM" --loader u-boot --nand "$dir/nand" $options 2> "$dir/err"
        check "wrong usage: $options" $? -ne 0 -a "$(wc -l < "$dir/err")" -eq 1
    done
    "$SIM" --loader u-boot 2> "$dir/err"
    check 'wrong usage: nothing to read' $? -eq 2
    sha256sum --quiet -c "$dir/sums"
    result $? 'nothing was written'
}

make_media
test_ram
test_sf_new
test_sf_old
test_spi
test_nand
test_mmc
test_saves
test_smeminfo
test_autoboot
test_menu
test_cpu
test_other_board
test_faults
test_usage
finish
