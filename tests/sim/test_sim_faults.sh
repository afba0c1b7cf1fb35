#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Checks that the simulated board fails as it is told to.
# timeout: 60

. "$(dirname "$0")/lib.sh"

winbond() {
    start_sim --loader winbond --flash "$dir/flash" --baud 0 --autoboot 0.6 "$@"
}

uboot() {
    start_sim --loader u-boot --flash "$dir/flash" --baud 0 --autoboot 1 "$@"
}

make_flash() {
    head -c 65536 /dev/zero | tr '\0' 'a' > "$dir/first"
    head -c 65536 /dev/zero | tr '\0' 'b' > "$dir/other"
    printf 'a settings block of 29 bytes.' > "$dir/info"
    "$MKFLASH" --size 0x40000 --loader "$dir/first" \
        --image "0:BOOT INFO:0x10000:af:0x7F010000:$dir/info" "$dir/flash"
    "$MKFLASH" --size 0x40000 --loader "$dir/other" \
        --image "0:BOOT INFO:0x10000:af:0x7F010000:$dir/info" "$dir/flash2"
}

test_reset_after() {
    uboot --reset-after 2000
    talk 's:md.b 9f000000 1000\r' 'w:\r\n\r\nU-Boot 1' 'w:autoboot: ' 's: ' \
        'w:=> '
    sed -z 's/\r\n\r\nU-Boot.*//' "$dir/got" > "$dir/before"
    # The last byte before the reset is the 2000th.
    check 'reset-after: bytes' "$(size before)" -eq 2000
    check 'reset-after: once so far' "$(marks reset)" -eq 1
    talk 's:md.b 9f000000 1000\r' 'w:U-Boot 1' 'w:autoboot: ' 's: ' 'w:=> '
    check 'reset-after: again' $? -eq 0 -a "$(marks reset)" -eq 2

    uboot --reset-after 2000 --reset-times 1
    talk 's:md.b 9f000000 1000\r' 'w:U-Boot 1' 'w:autoboot: ' 's: ' 'w:=> '
    ub 'md.b 9f000000 1000'
    check 'reset-times' $? -eq 0 -a "$(marks reset)" -eq 1

    winbond --reset-after 100,3000
    talk 's:d 0x7F000000\r' 'w:Press ESC' 's:\e' 'w:bootloader > ' \
        's:d\r' 'w:bootloader > ' 's:d\r' 'w:Press ESC' 's:\e' 'w:bootloader > ' \
        's:d\r' 'w:\n\r\rbootloader > ' 's:d\r' 'w:\n\r\rbootloader > ' \
        's:d\r' 'w:\n\r\rbootloader > '
    check 'reset-after: a list, each once' $? -eq 0 -a "$(marks reset)" -eq 2
}

test_ram() {
    uboot
    ub 'md.b 80000000 100'
    cp "$dir/got" "$dir/ram"
    ub 'md.b 80000000 100'
    cmp -s "$dir/got" "$dir/ram"
    result $? 'ram: keeps'
    talk 's:reset\r' 'w:autoboot: ' 's: ' 'w:=> '
    ub 'md.b 80000000 100'
    ! cmp -s "$dir/got" "$dir/ram"
    result $? 'ram: lost at a reset'
    kill -HUP "$pid"
    talk 'w:U-Boot 1' 'w:autoboot: ' 's: ' 'w:=> '
    check 'HUP: resets' $? -eq 0 -a "$(marks reset)" -eq 2
}

test_watchdog() {
    uboot --watchdog 1.5 --autoboot 0.5
    talk 'w:autoboot: ' 's: ' 'w:=> '
    check 'watchdog: at the prompt' $? -eq 0 -a "$(marks watchdog)" -eq 1
    talk 's:md.b 9f000000 100\r' 'w:=> ' 'w:autoboot: '
    check 'watchdog: again' $? -eq 0 -a "$(marks watchdog)" -eq 2
    winbond --watchdog 0.5 --baud 115200
    talk 's:d 0x7F000000\r' 'w:7F000000]' 't:1000' 'w:W90P745 Boot'
    result $? 'watchdog: winbond'
}

test_hang() {
    uboot --hang-after 1000
    talk 's:md.b 9f000000 1000\r' p:200 's:\x03\r' p:200
    check 'hang: bytes' "$(size)" -eq 1000
    check 'hang: noted' "$(marks hang)" -eq 1
    kill -USR1 "$pid"
    talk 'w:U-Boot 1' 'w:autoboot: ' 's: ' 'w:=> '
    ub 'md.b 9f000000 1000'
    check 'hang: over after a power cycle' $? -eq 0 -a "$(marks hang)" -eq 1
    winbond --hang-after 300
    talk 's:d 0x7F000000\r' p:100 's:\r' p:100
    check 'hang: winbond' "$(size)" -eq 300
}

test_other_board() {
    uboot --flash-after-reset "$dir/flash2" --mac 00:00:5E:00:53:AA \
        --mac-after-reset 00:00:5E:00:53:BB --swap-back
    ub 'printenv ethaddr;md.b 9f000000 4'
    holds 'mac' 'ethaddr=00:00:5e:00:53:aa\r\n9f000000: 61 61 61 61'
    kill -HUP "$pid"
    talk 'w:autoboot: ' 's: ' 'w:=> '
    ub 'bdinfo;md.b 9f000000 4'
    holds 'another board: address' 'ethaddr     = 00:00:5E:00:53:BB\r\n'
    holds 'another board: contents' '9f000000: 62 62 62 62'
    kill -USR1 "$pid"
    talk 'w:autoboot: ' 's: ' 'w:=> '
    ub 'printenv ethaddr;md.b 9f000000 4'
    holds 'swap-back' 'ethaddr=00:00:5e:00:53:aa\r\n9f000000: 61 61 61 61'

    winbond --flash-after-reset "$dir/flash2" --mac-after-reset 02:00:00:00:00:0f
    wb i
    holds 'winbond: mac' 'MAC Address         : 00:00:5E:00:53:01\n'
    for _ in 1 2; do
        kill -USR1 "$pid"
        talk 'w:debug mode ' 's:\e' 'w:bootloader > '
        holds 'winbond: another mac' 'MAC Address         : 02:00:00:00:00:0F\n'
        wb 'd 0x7F000000'
        holds 'winbond: another board' '[7F000000] 62626262 '
    done
}

# The answers to ten times the same question, sorted and counted.
sums() {
    ub "$(printf 'crc32 9f000000 100;%.0s' {1..10})"
    grep -a '==>' "$dir/got" | sort | uniq -c | sort -rn
}

test_crc() {
    local right wrong

    uboot
    right=$(sums)
    check 'crc: all the same' "$(wc -l <<< "$right")" -eq 1
    uboot --crc-wrong 3
    wrong=$(sums)
    check 'crc-wrong: some' "$(wc -l <<< "$wrong")" -gt 1
    check 'crc-wrong: not all' "$(awk 'NR == 1 { print $NF }' <<< "$wrong")" \
        = "$(awk '{ print $NF }' <<< "$right")"
    uboot --crc-lies
    wrong=$(sums)
    check 'crc-lies: all, the same' "$(wc -l <<< "$wrong")" -eq 1
    check 'crc-lies' "$(awk '{ print $NF }' <<< "$wrong")" \
        != "$(awk '{ print $NF }' <<< "$right")"
}

test_slow_row() {
    local began=${EPOCHREALTIME/[.,]/}

    uboot --slow-row 50
    ub 'md.b 9f000000 100'
    check 'slow-row: ms' $(((${EPOCHREALTIME/[.,]/} - began) / 1000)) -ge 800
}

# Dumps and maps that do not end, and a way out.
test_endless() {
    uboot --hostile endless
    ub 'printenv ethaddr'
    holds 'endless: only dumps' 'ethaddr='
    talk 's:md.b 9f000000 10\r' p:300 's:\x03\x03' p:300
    check 'endless: goes on' "$(wc -l < "$dir/got")" -gt 100
    check 'endless: goes on after Ctrl-C' "$(tail -n 1 "$dir/got" | grep -c '^=>')" -eq 0
    kill -HUP "$pid"
    talk 'w:autoboot: ' 's: ' 'w:=> '
    result $? 'endless: a reset ends it'
    winbond --hostile endless
    talk 's:d 0x7F000000\r' p:300 's:\x03\e\r' p:100
    check 'endless: winbond' "$(grep -c '^.*\[7F' "$dir/got")" -gt 50
    uboot --hostile endless-map
    talk 's:md.b 9f000000 10\r' 'w:=> ' 's:printenv\r' p:200 's:\x03' p:200
    check 'endless-map' "$(grep -c '^name[0-9]*=value' "$dir/got")" -gt 50
    winbond --hostile endless-map
    talk 's:ls\r' p:300
    check 'endless-map: winbond' "$(grep -c 'Image:' "$dir/got")" -gt 50
}

test_longline() {
    uboot --hostile longline
    ub 'md.b 9f000000 10'
    check 'longline' $? -eq 0 -a "$(awk '{ print length }' "$dir/got" |
        sort -n | tail -n 1)" -gt 1048576
    winbond --hostile longline-map
    wb ls
    check 'longline-map: winbond' $? -eq 0 -a "$(size)" -gt 1048576
    wb 'd 0x7F000000'
    check 'longline-map: not a dump' "$(size)" -lt 3000
}

test_escapes() {
    uboot --hostile escapes
    ub mtdparts
    holds 'escapes: u-boot' ' 0: \033]0;x\007 '
    holds 'escapes: before an answer' '\033[2J\033]0;x\007'
    ub 'printenv mtdparts'
    holds 'escapes: printenv' '(a\033[2Jb)'
    winbond --hostile escapes
    wb ls
    holds 'escapes: winbond' 'name:\033]0;x\007 base:0x7F010000'
}

test_sizes() {
    uboot --hostile sizes
    ub mtdparts
    holds 'sizes: u-boot' ' 4: huge                0xffffffffffffffff\t'
    holds 'sizes: u-boot, names' ' 1: ../../etc/passwd    0x00010000\t'
    winbond --hostile sizes
    wb ls
    holds 'sizes: winbond' 'name:huge base:0x7F000000 size:0xFFFFFFFFFFFFFFFF'
    uboot --hostile sizes-huge --format new
    ub 'flinfo;bdinfo;mtd list'
    holds 'sizes-huge: flinfo' 'Size: 17592186044415 MB'
    holds 'sizes-huge: bdinfo' 'flashsize   = 0xffffffffffffffff\r'
    holds 'sizes-huge: mtd list' '0x000000000000-0xffffffffffffffff'
    winbond --hostile sizes-zero
    wb i
    holds 'sizes-zero: winbond' 'Flash Size is 0x0 Bytes'
}

test_sums() {
    uboot --hostile crc
    ub 'crc32 9f000000 100;crc32 9f000000 100;crc32 9f000000 100'
    holds 'crc: u-boot' '==> \r\ncrc32 for 9f000000 ... 9f00ffff ==> 123456789\r'
    winbond --hostile crc
    wb chk
    holds 'crc: winbond' 'finished. -1 checksum error found.'
    wb chk
    holds 'crc: winbond, another one' '99999999999999999999 checksum'
}

test_usage() {
    local option

    for option in '--mac 1:2' '--watchdog x' '--reset-after 1,,2' \
        '--hostile much' "--flash-after-reset $dir/none"; do
        # shellcheck disable=SC2086 # an option and its value
        "$SIM" --loader u-boot --flash "$dir/flash" $option 2> "$dir/err"
        check "wrong usage: $option" $? -ne 0 -a "$(wc -l < "$dir/err")" -eq 1
    done
}

make_flash
test_reset_after
test_ram
test_watchdog
test_hang
test_other_board
test_crc
test_slow_row
test_endless
test_longline
test_escapes
test_sizes
test_sums
test_usage
finish
