#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Checks the simulator's serial line: pace, adapter, typing ahead.
# alone: it measures time

. "$(dirname "$0")/lib.sh"

# timed STEP...: talk; what its steps i: wrote is in $dir/times.
timed() {
    talk "$@" 2> "$dir/times"
}

# took A B: microseconds between two of them.
took() {
    awk -v a="$1" -v b="$2" '{ at[$1] = $2 } END { print at[b] - at[a] }' \
        "$dir/times"
}

# within NAME VALUE LEAST MOST
within() {
    [ "$2" -ge "$3" ] && [ "$2" -le "$4" ]
    result $? "$1 ($2 of $3..$4)"
}

# rate_is BAUD: 100 KB of a dump, 79 characters a row, within 1 %.
rate_is() {
    local chars=$((79 * (0x5000 - 0x10) / 16)) us

    start_sim --loader u-boot --flash "$dir/flash" --baud "$1"
    timed t:20000 's:md.b 9f000000 6000\r' 'w:9f000010:' i:from \
        'w:9f005000:' i:to 's:\x03'
    us=$(took from to)
    within "pace at $1 baud, characters a second" \
        $((chars * 1000000 / us)) $(($1 * 99 / 1000)) \
        $(($1 * 101 / 1000))
}

# What arrives is paced, too: 200 characters come back one time behind.
test_pace() {
    rate_is 115200
    rate_is 921600
    start_sim --loader u-boot --flash "$dir/flash" --baud 9600
    head -c 200 /dev/zero | tr '\0' 'x' > "$dir/typed"
    timed i:from "s:$(< "$dir/typed")" "w:$(< "$dir/typed")" i:to
    within 'pace of what is typed, microseconds' "$(took from to)" \
        209000 225000
}

# Only whole packets come before the timer has run out.
test_latency() {
    start_sim --loader u-boot --flash "$dir/flash" --latency 3000
    talk 's:md.b 9f000000 40\r' p:500
    check 'latency: whole packets come at once' "$(size)" -eq 310
    talk 'w:=> '
    check 'latency: the timer brings the rest' "$(size)" -eq 27
    start_sim --loader u-boot --flash "$dir/flash" --latency 100
    timed 's:\r' 'w:=> ' i:from 's:\r' 'w:=> ' 's:\r' 'w:=> ' \
        's:\r' 'w:=> ' i:to
    within 'latency: of three answers, microseconds' "$(took from to)" \
        290000 330000
    start_sim --loader u-boot --flash "$dir/flash" --latency 16
    timed i:from 's:md.b 9f000000 1000\r' 'w:=> ' i:to
    check 'latency: nothing gets lost' "$(size)" -eq $((20 + 79 * 256 + 3))
    within 'latency: a dump waits only at its end, microseconds' \
        "$(took from to)" 1750000 1785000
    start_sim --loader winbond --flash "$dir/flash" --baud 0 --latency 50
    wb 'i'
    holds 'latency: on a line without pace' 'Supports flash types:'
}

# Three more dumps fit into the FIFO of 16, and go on where the last ended.
test_ahead_winbond() {
    start_sim --loader winbond --flash "$dir/flash"
    talk 's:d -s 0x7F000000\r' 'w:7F000010]' 's:d -s\rd -s\rd -s\r' \
        'w:0x7F000300' 'w:ader > '
    check 'winbond: rows of four dumps' \
        "$(grep -c '^.\?\[7F000[0-3].0\]' "$dir/got")" -eq 64
    holds 'winbond: what was typed ahead is shown after the prompt' \
        '\n\r\rbootloader > d -s\n\rDisplaying memory at 0x7F000200\n\r'
    check 'winbond: three prompts lie between' \
        "$(grep -c 'loader > d -s' "$dir/got")" -eq 3
    start_sim --loader winbond --flash "$dir/flash" --lose-ahead=1
    talk 's:d -s 0x7F000000\r' 'w:7F000010]' 's:d -s\r' 'w:ader > ' p:200
    lacks 'lose ahead: winbond forgets it' 'ader > d'
    logged 'lose ahead: that is noted' '!lost-ahead'
    talk 's:d -s\r' 'w:7F000110]' 's:d -s\r' 'w:0x7F000200'
    result $? 'lose ahead: but only once'
    start_sim --loader winbond --flash "$dir/flash" --lose-ahead
    for _ in 1 2; do
        talk 's:d -s\r' 'w:10]' 's:d -s\r' 'w:ader > ' p:100
    done
    check 'lose ahead: each time' "$(marks lost-ahead)" -eq 2
}

# Each row or record costs a character of what is typed.
test_ahead_uboot() {
    start_sim --loader u-boot --flash "$dir/flash" --has saves --baud 19200
    talk 's:md.b 9f000000 200\r' 'w:9f000000:' 's:md.b 0 1\r' 'w:=> ' p:100
    check 'u-boot: md eats what is typed' "$(tail -c 3 "$dir/got")" = '=> '
    talk 's:md.b 9f000000 80\r' 'w:9f000000:' 's:abcdefghijklm' 'w:=> ' p:100
    holds 'u-boot: one character a row' '=> ijklm'
    talk 's:\x03' 'w:=> ' 's:saves 9f000000 200\r' 'w:proceed' 's:\r' \
        'w:S3' 's:md.b 0 1\r' 'w:complete' p:100
    check 'u-boot: saves eats it, too' "$(tail -c 3 "$dir/got")" = '=> '
    talk 's:crc32 9f000000 100\rmd.b 9f000000 1\r' 'w:k\r\n=> '
    result $? 'u-boot: crc32 does not'
    start_sim --loader u-boot --flash "$dir/flash" --lose-ahead
    talk 's:md.b 9f000000 80\r' 'w:9f000000:' 's:abcdefghijklm' 'w:=> ' p:100
    lacks 'lose ahead: u-boot' '=> i'
}

head -c 65536 /dev/zero | tr "\0" k > "$dir/flash"
test_pace
test_latency
test_ahead_winbond
test_ahead_uboot
finish
