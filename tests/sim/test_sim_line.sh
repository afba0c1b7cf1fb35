#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Checks the simulator's serial line: pace, adapter, typing ahead.
# alone: it measures time
# timeout: 90

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
    check 'latency: the timer brings the rest' "$(size)" -eq 28
    start_sim --loader u-boot --flash "$dir/flash" --latency 100
    timed 's:\r' 'w:=> ' i:from 's:\r' 'w:=> ' 's:\r' 'w:=> ' \
        's:\r' 'w:=> ' i:to
    within 'latency: of three answers, microseconds' "$(took from to)" \
        290000 400000
    start_sim --loader u-boot --flash "$dir/flash" --latency 300
    timed 's:\r' 'w:=> ' i:from 's:md.b 9f000000 200\r' 'w:=> ' i:to
    within 'latency: the timer starts with a full packet, microseconds' \
        "$(took from to)" 500000 600000
    start_sim --loader u-boot --flash "$dir/flash" --latency 16
    timed i:from 's:md.b 9f000000 1000\r' 'w:=> ' i:to
    check 'latency: nothing gets lost' "$(size)" -eq $((21 + 79 * 256 + 3))
    within 'latency: a dump waits only at its end, microseconds' \
        "$(took from to)" 1750000 1800000
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

# The answer already comes at the new speed.
test_baud_winbond() {
    start_sim --loader winbond --flash "$dir/flash"
    talk b:115200 's:b 460800\r' w:460800 p:200 's:\r' p:200
    lacks 'winbond: b, a host that stays behind' 'loader'
    logged 'winbond: b is noted' '!baud 460800'
    timed b:460800 's:\r\r' 'w:loader > ' i:from 's:d -s 0x7F000000\r' \
        w:7F0000F0 'w:loader > ' i:to
    holds 'winbond: b, a host that follows' \
        '[7F000000] 6B6B6B6B 6B6B6B6B - 6B6B6B6B 6B6B6B6B  kkkkkkkkkkkkkkkk'
    within 'winbond: a dump at 460800, microseconds' "$(took from to)" \
        25000 45000
    talk 's:b 115200\r' p:50 b:115200 's:\r' 'w:loader > '
    result $? 'winbond: b, and back'
    talk 's:b 230400\r' p:50 b:235000 's:\r' 'w:loader > '
    result $? 'winbond: two percent are no matter'
    talk b:239000 's:\r' 'w:loader > '
    result $? 'winbond: nor are four'
    talk b:250000 's:\r' p:100
    lacks 'winbond: eight are' 'loader > '
    kill -HUP "$pid"
    talk b:115200 'w:debug mode ' 's:\x1b' 'w:loader > '
    result $? 'winbond: a reset takes the speed back'
    start_sim --loader winbond --flash "$dir/flash" --bauds 9600,115200,31250
    wb 'b 460800'
    is 'winbond: a table of its own' \
        "b 460800\\n\\rUnsupported speed.\\n\\r$P"
    wb 'b'
    holds 'winbond: it is told' '\n\r[9600,115200,31250]\n\r'
    talk 's:b 31250\r' p:50 b:31250 's:\r' 'w:loader > '
    result $? 'winbond: a speed that no table of libc has'
}

test_baud_uboot() {
    local ask='## Switch baudrate to 921600 bps and press ENTER ...\r\n'

    start_sim --loader u-boot --flash "$dir/flash" --format new
    talk b:115200 's:setenv baudrate 921600\r' "w:$ask" p:150 's:\r\r\r' p:100
    lacks 'u-boot: setenv, a host that stays behind' '=> '
    talk b:921600 's:x\r' 'w:=> '
    is 'u-boot: setenv, ENTER at the new speed' '=> '
    ub 'printenv baudrate'
    holds 'u-boot: setenv is seen' 'baudrate=921600\r\n'
    logged 'u-boot: setenv is noted' '!baud 921600'
    ub 'setenv baudrate 12345'
    is 'u-boot: setenv, a speed it has not' "setenv baudrate 12345\\r\\n\
## Baudrate 12345 bps not supported\\r\\n=> "
    ub 'setenv baudrate 921600'
    is 'u-boot: setenv, the present one' 'setenv baudrate 921600\r\n=> '
    ub 'saveenv'
    logged 'u-boot: saveenv stays dangerous' '!dangerous saveenv'
    kill -USR1 "$pid"
    talk p:300
    lacks 'u-boot: after a power cycle the old speed' 'autoboot'
    kill -USR1 "$pid"
    talk b:115200 'w:autoboot:  2 ' 's: ' 'w:=> '
    result $? 'u-boot: and a host that goes back'
    talk 's:setenv baudrate 921600\r' "w:$ask" b:921600 p:10 \
        's:\r' p:200
    lacks 'u-boot: an ENTER before the switch is lost' '=> '
    talk 's:\r' 'w:=> '
    result $? 'u-boot: one after it is not'
    start_sim --loader u-boot --flash "$dir/flash" --bauds 115200,230400
    ub 'setenv baudrate 921600'
    holds 'u-boot: a table of its own' '## Baudrate 921600 bps not supported'
}

test_baud_strict() {
    start_sim --loader u-boot --flash "$dir/flash"
    talk b:9600 's:\r' 'w:=> '
    result $? 'a speed that never changed is no matter'
    start_sim --loader u-boot --flash "$dir/flash" --strict-baud
    talk b:38400 's:md.b 9f000000 40\r' p:200
    lacks 'strict: a wrong speed is' '9f000000'
    check 'strict: something is seen nevertheless' "$(size)" -gt 0
    talk b:115200 's:\x03' 'w:=> ' 's:md.b 9f000000 1\r' 'w:k\r\n=> '
    result $? 'strict: the right one'
}

# heard HOST DEVICE KEYS BYTES: those of keys sent at HOST bits a second are
# heard by a device at DEVICE.
heard() {
    start_sim --loader u-boot --flash "$dir/flash" --strict-baud --baud "$2" \
        --editing plain --last-command ''
    talk "b:$2" 's:A' w:A "b:$1" p:50 "s:$3" p:100 "b:$2" p:50 's:Z\r' 'w:=> '
    logged "framing: $3 at $1, a device at $2" "A$4Z"
}

# At half the rate each bit is two of the device's, the lowest first behind the
# start bit. U is 00 1100110011001100 11: 0x66 without a stop bit, then from the
# next fall on 0xe6. CR is 00 1100111100000000 11: 0xe6 and 0x80. Ctrl-C is
# 00 1111000000000000 11: 0x1e without a stop bit.
test_framing_to_device() {
    heard 57600 115200 U 'f\xe6'
    heard 57600 115200 '\r' '\xe6\x80'
    heard 57600 115200 '\x03' '\x1e'
    heard 230400 115200 abcdef '\xc6!\xeb'
    start_sim --loader u-boot --flash "$dir/flash" --strict-baud --baud 57600 \
        --editing plain --last-command ''
    talk b:38400 p:50 's:tpl' p:100 b:57600 p:50 's:Z\r' 'w:=> ' 'w:=> '
    logged 'framing: Ctrl-C may come of other keys' '\xc3\xe7Z'
}

# What a host at a third of the rate hears, by a model of its own: the bits of
# all characters in a row; from a fall on, each third in its middle.
model() {
    od -An -v -tu1 "$1" | awk '
        { for (i = 1; i <= NF; i++) {
              line = line "0"
              for (k = 0; k < 8; k++)
                  line = line int($i / 2 ^ k) % 2
              line = line "1"
          } }
        function level(n) { return n > length(line) ? 1 : substr(line, n, 1) }
        END {
            for (at = 1; at <= length(line); at++) {
                if (level(at) != 0 || (at > 1 && level(at - 1) == 0))
                    continue
                if (at < from || level(at + 1) == 1)
                    continue # a start bit that is over in its middle
                value = 0
                for (k = 0; k < 8; k++)
                    value += level(at + 4 + 3 * k) * 2 ^ k
                printf "\\x%02x", value
                from = at + 29
            }
        }'
}

test_framing_to_host() {
    start_sim --loader u-boot --flash "$dir/flash" --strict-baud
    talk b:115200 p:50
    kill -USR1 "$pid"
    talk 'w:autoboot:  2 ' p:100
    cp "$dir/got" "$dir/sent"
    talk b:38400 p:50
    kill -USR1 "$pid"
    talk p:400
    is 'framing: what a host hears at a third of the rate' \
        "$(model "$dir/sent")"
}

# rows_are NAME BAUD LEAST MOST OPTION...: rows that are right, of 64, at BAUD.
rows_are() {
    local name=$1 baud=$2 least=$3 most=$4

    shift 4
    start_sim --loader winbond --flash "$dir/flash" "$@"
    talk b:115200 "s:b $baud\\r" p:50 "b:$baud" 's:\r' p:50
    talk 's:d 0x7F000000\rd\rd\r' p:500 's:d\r' p:300
    within "limits: $name, rows" "$(grep -Fc \
        '] 6B6B6B6B 6B6B6B6B - 6B6B6B6B 6B6B6B6B  kkkkkkkkkkkkkkkk' \
        "$dir/got")" "$least" "$most"
}

test_baud_limits() {
    rows_are none 460800 64 64
    rows_are marginal 460800 1 40 --max-baud 230400
    rows_are 'just below' 230400 64 64 --max-baud 230400
    rows_are dead 460800 0 0 --max-baud-dead 230400
    talk b:115200 's:b 115200\r' p:100 's:\r' p:100
    lacks 'limits: no way back' 'loader'
    kill -USR1 "$pid"
    talk 'w:debug mode ' 's:\x1b' 'w:loader > '
    result $? 'limits: but a power cycle'
}

# The answer of crc32 comes when 100000 bytes have been read, 0.1 s.
test_sum_rate() {
    start_sim --loader u-boot --flash "$dir/flash" --window 1M
    timed 's:crc32 9f000000 186a0\r' w:186a0 i:from 'w:==> ' i:to
    within 'crc32 takes no time, microseconds' "$(took from to)" 0 30000
    start_sim --loader u-boot --flash "$dir/flash" --window 1M --sum-rate 1M
    timed 's:crc32 9f000000 186a0\r' w:186a0 i:from 'w:==> ' i:to
    within 'crc32 takes time, microseconds' "$(took from to)" 90000 140000
    timed 's:crc32 9f000000 0\r' 'w:f000000 0' i:from 'w:==> ' i:to
    within 'crc32 of nothing takes none, microseconds' "$(took from to)" \
        0 30000
}

# figure NAME: of the statistics.
figure() {
    awk -v name="$1" '$1 == name { print $2 }' "$dir/stats"
}

# Rows of 79 characters, 20 of the command and 3 of the prompt.
test_stats() {
    local sent=$((20 + 79 * 16 + 3)) us=$((10 * 1000000 / 38400))

    start_sim --loader u-boot --flash "$dir/flash" --baud 38400 \
        --stats "$dir/stats"
    ub 'md.b 9f000000 100'
    kill -QUIT "$pid"
    await test -s "$dir/stats"
    check 'stats: sent' "$(figure sent)" -eq "$sent"
    check 'stats: received' "$(figure received)" -eq 18
    check 'stats: commands' "$(figure commands)" -eq 1
    within 'stats: idle, microseconds' "$(figure idle_us)" 0 20000
    within 'stats: the rest of the span is what was sent' \
        $(($(figure span_us) - $(figure idle_us))) $((sent * us)) \
        $((sent * (us + 1)))
    talk p:300 's:echo\r' 'w:=> ' 's:md.b 9f000000 10\r' 'w:9f' \
        's:aaaaaaaaaaaaaaaaaaaa' 'w:=> ' p:100
    stop_sim
    within 'stats: idle between commands, microseconds' \
        "$(figure idle_us)" 300000 450000
    check 'stats: at the end' "$(figure commands)" -eq 3
    check 'stats: overruns' "$(figure overrun)" -eq 4
}

head -c 65536 /dev/zero | tr "\0" k > "$dir/flash"
test_pace
test_latency
test_ahead_winbond
test_ahead_uboot
test_baud_winbond
test_baud_uboot
test_baud_strict
test_framing_to_device
test_framing_to_host
test_baud_limits
test_sum_rate
test_stats
finish
