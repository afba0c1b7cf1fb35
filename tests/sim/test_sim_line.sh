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

head -c 65536 /dev/zero | tr "\0" k > "$dir/flash"
test_pace
test_latency
finish
