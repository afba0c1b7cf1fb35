#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Checks several media of one kind at the simulated U-Boot: which is the
# current one, what selecting says, whose bytes come.
# timeout: 60

. "$(dirname "$0")/lib.sh"

uboot() {
    start_sim --loader u-boot --baud 0 --autoboot 0.5 --last-command '' "$@"
}

# fill LETTER BYTES FILE
fill() {
    head -c "$2" /dev/zero | tr '\0' "$1" > "$dir/$3"
}

make_media() {
    fill a 131072 spi0
    fill b 262144 spi1
    fill c 262144 nand0
    fill d 524288 nand1
    fill e 65536 mmc0
    fill f 131072 mmc1
    fill g 16384 boot0
    fill h 16384 boot1
    head -c 65536 /dev/zero > "$dir/disk"
    "${0%/*}/mkdisk.sh" dos "$dir/disk" 16:32:0e:active 64:8
    sha256sum "$dir"/{spi,nand,mmc,boot}? > "$dir/sums"
}

# gives NAME COMMAND BYTE: it puts that byte at 82000000.
gives() {
    ub "mw.b 82000000 0;$2;md.b 82000000 1"
    holds "$1" "82000000: $3 "
}

test_mmc() {
    local read='mmc read 82000000 0 1'

    uboot --format new --mmc "$dir/mmc0" --mmc "$dir/mmc1" \
        --mmc-boot "$dir/boot0" --mmc-boot "$dir/boot1"
    gives 'mmc: somebody works on the last one' "$read" 67
    ub 'mmc dev'
    is 'mmc: which' "mmc dev\\r\\nswitch to partitions #0, OK\\r\
\\nmmc1(part 0) is current device\\r\\n=> "
    gives 'mmc: its own part' "$read" 66
    ub 'mmc dev 0'
    is 'mmc: the first one' "mmc dev 0\\r\\nswitch to partitions #0, OK\\r\
\\nmmc0 is current device\\r\\n=> "
    gives 'mmc: the first one, bytes' "$read" 65
    ub 'mmc dev 7'
    is 'mmc: there is none' "mmc dev 7\\r\\nMMC Device 7 not found\\r\
\\nno mmc device at slot 7\\r\\n=> "
    gives 'mmc: which selects nothing' "$read" 65
    ub 'mmc dev 0 1'
    is 'mmc: the first has no boot partitions' "mmc dev 0 1\\r\\nCard doesn't\
 support part_switch\\r\\nswitch to partitions #1, ERROR\\r\\n=> "
    ub 'mmc dev 1 2'
    is 'mmc: the second boot partition' "mmc dev 1 2\\r\\nswitch to partitions\
 #2, OK\\r\\nmmc1(part 2) is current device\\r\\n=> "
    gives 'mmc: its bytes' "$read" 68
    ub 'mmc info'
    holds 'mmc: info is of the part' '\nCapacity: 16 KiB\r'
    holds 'mmc: and of the chip' '\nUser Capacity: 128 KiB WRREL\r'
    ub 'mmc read 82000000 21 1'
    holds 'mmc: smaller' 'dev # 1, block # 33, count 1 ... MMC: block number'
    ub 'mmc dev 0;mmc dev 1 3;mmc dev 1 8'
    holds 'mmc: no third part' 'switch to partitions #3, ERROR\r'
    holds 'mmc: no eighth' "#part_num shouldn't be larger than 7\\r"
    gives 'mmc: stays' "$read" 65
    gives 'mmc: rescan goes to the own part' "mmc dev 1 1;mmc rescan;$read" 66
    ub 'mmc list'
    is 'mmc: list' \
        'mmc list\r\nSIM_SDHC: 0 (eMMC)\r\nSIM_SDHC: 1 (eMMC)\r\n=> '
    ub 'mmc d 0'
    holds 'mmc: a verb may be short' 'mmc0 is current device\r'
    talk 's:mmc dev 1 1;reset\r' 'w:MMC:   SIM_SDHC: 0, SIM_SDHC: 1\r\n' \
        'w:autoboot: ' 's: ' 'w:=> '
    gives 'mmc: the first one after a reset' "$read" 65
    ub 'mw.b 82000000 55 200;mmc dev 1 1;mmc write 82000000 3 1'
    holds 'mmc: written' '\n\r\nMMC write: dev # 1, block # 3, count 1 ... 1'
    logged 'mmc: where' '!changed mmc1boot0 0x600 0x200'
    talk 's:\r' 'w:=> '
    check 'mmc: write is not repeated' "$(marks 'dangerous mmc write')" -eq 1
    ub 'part list mmc 1.1;part list mmc 7'
    holds 'mmc: part list, no table' '## Unknown partition table type 0\r'
    holds 'mmc: part list, no chip' '** Bad device mmc 7 **\r'
    uboot --mmc "$dir/mmc0" --mmc "$dir/disk" --selected first --format new
    ub 'part list mmc 1'
    holds 'mmc: table of the second' '\nPartition Map for MMC device 1  --'
    gives 'mmc: which is not selected by that' "$read" 65
}

# Until 2014 the part stays, all is repeated, and a message has a slip.
test_mmc_old() {
    local read='mmc read 82000000 0 1'

    uboot --mmc "$dir/mmc0" --mmc-boot "$dir/boot0" --mmc "$dir/mmc1" \
        --selected first
    ub 'mmc dev 0 1'
    holds 'mmc old: part' \
        '\nswitch to partions #1, OK\r\nmmc0(part 1) is current device\r\n=> '
    ub 'mmc dev 1;mmc dev 0'
    is 'mmc old: nothing is said, the part stays' "mmc dev 1;mmc dev 0\\r\\r\
\\nmmc1 is current device\\r\\nmmc0(part 1) is current device\\r\\n=> "
    gives 'mmc old: it does' "$read" 67
    ub 'mmc dev 0 0'
    gives 'mmc old: and back' "$read" 65
    ub 'mmc write 82000000 0 1'
    talk 's:\r' 'w:=> '
    check 'mmc old: write is repeated' "$(marks 'dangerous mmc write')" -eq 2
}

test_nand() {
    local read='nand read 82000000 0 1'

    uboot --format new --nand "$dir/nand0" --nand-bad 1 --nand "$dir/nand1" \
        --nand-bad 2,3
    gives 'nand: somebody works on the last one' "$read" 64
    ub 'nand read 82000000 0 800'
    holds 'nand: it is told' 'NAND read: device 1 offset 0x0, size 0x800\r'
    ub 'nand device 1'
    is 'nand: nothing is said of the current one' 'nand device 1\r\n=> '
    ub 'nand device 0'
    is 'nand: another one' \
        'nand device 0\r\nDevice 0: nand0... is now current device\r\n=> '
    gives 'nand: its bytes' "$read" 63
    ub 'nand device 7'
    is 'nand: nothing is said of one that is none' 'nand device 7\r\n=> '
    gives 'nand: which selects nothing' "$read" 63
    ub 'nand bad;nand device 1;nand bad'
    holds 'nand: bad blocks of each' 'Device 0 bad blocks:\r\n  00020000\r\n'
    holds 'nand: of the other' \
        'Device 1 bad blocks:\r\n  00040000\r\n  00060000\r\n'
    ub 'nand info'
    holds 'nand: info, both' '\nDevice 1: nand1, sector size 128 KiB\r'
    talk 's:reset\r' 'w:autoboot: ' 's: ' 'w:=> '
    gives 'nand: the first one after a reset' "$read" 63
    ub 'nand erase 0 20000'
    talk 's:\r' 'w:=> '
    check 'nand: erase is not repeated' "$(marks 'dangerous nand erase')" -eq 1
    uboot --nand "$dir/nand0" --nand "$dir/nand1" --selected first
    ub 'nand device 0;nand device 7'
    is 'nand old: it is told' "nand device 0;nand device 7\\r\\r\\nDevice 0:\
 nand0... is now current device\\r\\nNo such device\\r\\n=> "
    ub 'nand erase 0 20000'
    talk 's:\r' 'w:=> '
    check 'nand old: erase is repeated' "$(marks 'dangerous nand erase')" -eq 2
}

test_sf() {
    local read='sf read 82000000 0 1'

    uboot --format new --spi "$dir/spi0" --spi "$dir/spi1"
    gives 'sf: somebody works on the last one' "$read" 62
    ub 'sf probe'
    holds 'sf: probe is of the first' 'total 128 KiB'
    gives 'sf: its bytes' "$read" 61
    ub 'sf probe 1'
    holds 'sf: the other, and its size' 'total 256 KiB'
    gives 'sf: its bytes, too' "$read" 62
    gives 'sf: with a bus' "sf probe 0:0;$read" 61
    ub "sf probe 0:2;$read"
    holds 'sf: there is none' 'Failed to initialize SPI flash at 0:2'
    holds 'sf: then none is selected' 'No SPI flash selected.'
    ub 'sf probe 0:1;sf erase 0 10000'
    logged 'sf: erased' '!changed sf1 0x0 0x10000'
    talk 's:reset\r' 'w:autoboot: ' 's: ' 'w:=> '
    ub "$read"
    holds 'sf: none after a reset' 'No SPI flash selected.'
    uboot --spi-style 2010 --spi "$dir/spi0" --spi "$dir/spi1"
    ub 'sf probe'
    holds 'sf 2010: it wants a number' \
        '\nUsage: sf probe [bus:]cs [hz] [mode]\r\n=> '
    ub 'sf probe 1'
    holds 'sf 2010: it tells' 'KiB sim_sfc at 0:1 is now current device\r'
    ub 'sf probe 3'
    gives 'sf 2010: the old one stays' "$read" 62
}

test_mtd() {
    uboot --format new --spi "$dir/spi0" --spi "$dir/spi1" \
        --nand "$dir/nand0" --nand "$dir/nand1" --nand-bad 0 \
        --mtdparts 'a:64k(boot),-(rest);b:64k(x);c:128k(n);d:256k(m)'
    gives 'mtd: by name' 'mtd read nor1 82000000 0 10' 62
    ub 'mtd read nor0 82000000 10 20'
    is 'mtd: it tells' "mtd read nor0 82000000 10 20\\r\\nReading 32 byte(s)\
 at offset 0x00000010\\r\\n=> "
    gives 'mtd: another chip' 'mtd read nand0 82000000 0 800' 63
    gives 'mtd: a partition' 'mtd read m 82000000 0 800' 64
    ub 'mtd read nand1 82000000 0 800'
    is 'mtd: pages' "mtd read nand1 82000000 0 800\\r\\nReading 2048 byte(s) (1\
 page(s)) at offset 0x00000000\\r\\n=> "
    ub 'mtd read nor7 82000000 0 10'
    is 'mtd: there is none' \
        'mtd read nor7 82000000 0 10\r\nMTD device nor7 not found, ret -19\r\n=> '
    ub 'mtd read boot 82000000 fff0 20'
    holds 'mtd: not beyond a partition' \
        'Failure while reading at offset 0xfff0\r\nRead on boot failed with error'
    ub 'mtd dump nor1 8 20'
    is 'mtd: dump' "mtd dump nor1 8 20\\r\\nReading 32 byte(s) at offset\
 0x00000008\\r\\n\\r\\nDump 32 data bytes from 0x8:\\r\
\\n0x00000008:\\t62 62 62 62 62 62 62 62  62 62 62 62 62 62 62 62 \\r\
\\n0x00000018:\\t62 62 62 62 62 62 62 62  62 62 62 62 62 62 62 62 \\r\\n=> "
    ub 'mtd bad nand1;mtd bad nor0'
    holds 'mtd: bad' 'MTD device nand1 bad blocks list:\r\n\t0x00000000\r\nOnly'
    ub 'mtd erase boot'
    logged 'mtd: erase' '!changed nor0 0x0 0x10000'
    logged 'mtd: which is dangerous' '!dangerous mtd erase'
    ub 'mtd list'
    holds 'mtd: list' '* nand1\r\n'
}

test_usage() {
    local options

    for options in "--mmc-boot $dir/boot0" "--selected none" \
        "--mmc $dir/mmc0 --mmc $dir/mmc0 --mmc $dir/mmc0"; do
        # shellcheck disable=SC2086 # an option and its value
        "$SIM" --loader u-boot --nand "$dir/nand0" $options 2> "$dir/err"
        check "wrong usage: ${options%% *}" $? -eq 2 \
            -a "$(wc -l < "$dir/err")" -eq 1
    done
    sha256sum --quiet -c "$dir/sums"
    result $? 'nothing was written to a file'
}

make_media
test_mmc
test_mmc_old
test_nand
test_sf
test_mtd
test_usage
finish
