#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Checks that the faulty line does the damage it is told to and no other.
# timeout: 60

. "$(dirname "$0")/lib.sh"
DUMP='md.b 9f000000 4000'

# start_board OPTION...
start_board() {
    rm -f "$dir/board.ready"
    "$SIM" --loader u-boot --flash "$dir/flash" --link "$dir/board" \
        --log "$dir/sim.log" "$@" > "$dir/board.ready" &
    pid=$!
    await test -s "$dir/board.ready"
}

# line OPTION...: a faulty line until the next one, before the same board.
line() {
    stop_line
    rm -f "$dir/line.ready" "$dir/log"
    "$FAULTLINE" --device "$dir/board" --link "$tty" --log "$dir/log" "$@" \
        > "$dir/line.ready" &
    line_pid=$!
    await test -s "$dir/line.ready"
}

# near NAME WANTED GOT: random, but half to double.
near() {
    [ $(($2 / 2)) -le "$3" ] && [ "$3" -le $(($2 * 2)) ]
    result $? "$1: $3, about $2"
}

# A dump of the whole flash through the line, in $dir/got.
dump() {
    "$EXPECT" "$tty" t:20000 "s:$DUMP\\r" "w:\\r\\n=> " > "$dir/got"
}

# damaged OPTION...: one more, its end clean.
damaged() {
    line --faults-until $((clean_size - 8)) "$@"
    dump
    result $? "$*: the dump ends"
    stop_line
}

# told KIND: how many the log has.
told() {
    grep -c "^to-[a-z]* [0-9]* $1 " "$dir/log"
}

# rows FILE: without CR.
rows() {
    tr -d '\r' < "$dir/$1"
}

same() {
    cmp -s "$dir/$1" "$dir/$2"
    result $? "$3"
}

start() {
    head -c 16384 /dev/urandom > "$dir/flash"
    start_board --baud 0
    line
    dump
    cp "$dir/got" "$dir/clean"
    clean_size=$(size clean)
    grep -q "^to-" "$dir/log"
    result $((! $?)) 'without faults: nothing in the log'
    stop_line
    result $? 'exit status after SIGTERM'
    check 'link is gone' ! -L "$tty"
    grep -q "^total to-host $clean_size bytes$" "$dir/log"
    result $? 'totals'
    "$EXPECT" "$dir/board" "s:$DUMP\\r" "w:\\r\\n=> " > "$dir/direct"
    same direct clean 'without faults: as if it were not there'
}

test_flip() {
    local was is more bits=0 changed=0

    damaged --flip 100
    near 'flips' $((clean_size / 100)) "$(told flip)"
    check 'flip: no byte more or less' "$(size)" -eq "$clean_size"
    while read -r _ was is more; do
        bits=$((8#$was ^ 8#$is))
        [ $((bits & (bits - 1))) -eq 0 ] || more=two
        changed=$((changed + 1))
        [ -z "$more" ] || result 1 'flip: one bit'
    done < <(cmp -l "$dir/clean" "$dir/got")
    check 'flip: as many as in the log' "$changed" -eq "$(told flip)"
    cp "$dir/got" "$dir/first"
    damaged --flip 100
    same first got 'flip: repeatable'
    damaged --flip 100 --seed 2
    ! cmp -s "$dir/first" "$dir/got"
    result $? 'flip: another seed, other faults'
}

test_characters() {
    damaged --replace 100
    check 'replaced' "$(cmp -l "$dir/clean" "$dir/got" | wc -l)" \
        -eq "$(told replace)"
    near 'replaced' $((clean_size / 100)) "$(told replace)"
    grep -q '[^ -~]' <<< "$(rows got)"
    result $((! $?)) 'replace: by printable ones'
    damaged --drop 100
    near 'dropped' $((clean_size / 100)) "$(told drop)"
    check 'drop: lost' "$(size)" -eq $((clean_size - $(told drop)))
    damaged --double 100
    near 'doubled' $((clean_size / 100)) "$(told double)"
    check 'double: more' "$(size)" -eq $((clean_size + $(told double)))
    damaged --control 100
    near 'control' $((clean_size / 100)) "$(told control)"
    sed 's/\x1b\[[0-9;]*[A-Za-z]//g' "$dir/got" |
        tr -d '\000\007\021\023' > "$dir/rest"
    same rest clean 'control: nothing else'
    check 'control: all kinds' 5 -eq \
        "$(tr -cd '\000\007\021\023\033' < "$dir/got" | fold -w 1 |
            tr '\000' 0 | sort -u | wc -l)"
}

# Lines of the clean dump which the other has not, and the other way round.
missing() {
    diff <(rows clean) <(rows got) | grep -c '^<'
}

extra() {
    diff <(rows clean) <(rows got) | grep -c '^>'
}

test_lines() {
    damaged --lose-line 10
    near 'lines lost' $((1024 / 10)) "$(told lose-line)"
    check 'lose-line: missing' "$(missing)" -eq "$(told lose-line)"
    check 'lose-line: nothing else' "$(extra)" -eq 0
    damaged --double-line 10
    near 'lines doubled' $((1024 / 10)) "$(told double-line)"
    check 'double-line: more' "$(extra)" -eq "$(told double-line)"
    cmp -s <(uniq "$dir/clean") <(uniq "$dir/got")
    result $? 'double-line: just that'
    damaged --cut-line 10
    near 'lines cut' $((1024 / 10)) "$(told cut-line)"
    check 'cut-line: no line end is lost but those' \
        "$(wc -l < "$dir/got")" -eq \
        $(($(wc -l < "$dir/clean") - $(grep -c 'end lost' "$dir/log")))
    check 'cut-line: some' "$(grep -c 'end lost' "$dir/log")" -gt 10
    check 'cut-line: some with their end' \
        "$(rows got | grep -cE '^9f[0-9a-f:]{0,39}$|^9f[^.]{0,38}$')" -gt 10
}

test_messages() {
    local others='^\[ *[0-9]+\.|^NAND|^ERROR|^PHY|^usb|^watchdog'

    damaged --message 10
    near 'messages' $((1024 / 10)) "$(told message)"
    check 'message: as many lines' "$(extra)" -eq "$(told message)"
    check 'message: nothing else' "$(missing)" -eq 0
    check 'message: like others print' \
        "$(rows got | grep -cE "$others")" -eq "$(told message)"
    check 'message: several kinds' \
        "$(rows got | grep -E "$others" | cut -c 1-4 | sort -u | wc -l)" -gt 4
    damaged --message-inside 10
    near 'messages inside' $((1024 / 10)) "$(told message-inside)"
    check 'message-inside: a row is two' \
        "$(wc -l < "$dir/got")" -eq \
        $(($(wc -l < "$dir/clean") + $(told message-inside)))
    check 'message-inside: they are inside' \
        "$(rows got | grep -cE "$others")" -eq 0
    damaged --prompt-text 10 --prompt '# '
    near 'prompts' $((1024 / 10)) "$(told prompt-text)"
    check 'prompt-text: half of them lines' "$(rows got | grep -c '^# $')" \
        -eq $((($(told prompt-text) + 1) / 2))
    check 'prompt-text: half of them not' "$(rows got | grep -c '^# 9f')" \
        -eq $(($(told prompt-text) / 2))
    damaged --burst 40
    near 'bursts' $((1024 / 40)) "$(told burst)"
    check 'burst: so many bytes more' "$(size)" -eq $((clean_size + $(
        awk '$3 == "burst" { n += $4 } END { print n }' "$dir/log")))
    check 'burst: of all values' "$(tr -d '\0-\177' < "$dir/got" | fold -w 1 |
        sort -u | wc -l)" -gt 100
}

# took NAME LOW HIGH: milliseconds since $began.
took() {
    local ms=$(((${EPOCHREALTIME/[.,]/} - began) / 1000))

    [ "$ms" -ge "$2" ] && [ "$ms" -le "$3" ]
    result $? "$1: $ms ms ($2 to $3)"
}

test_time() {
    began=${EPOCHREALTIME/[.,]/}
    damaged --pause 100:40
    took 'pauses' $(($(told pause) * 40)) $(($(told pause) * 60 + 2000))
    near 'pauses' 10 "$(told pause)"
    same got clean 'pause: nothing is lost'
    began=${EPOCHREALTIME/[.,]/}
    damaged --pause-once 500:600
    took 'pause-once' 600 2500
    check 'pause-once: once' "$(told pause)" -eq 1
    same got clean 'pause-once: nothing is lost'
    began=${EPOCHREALTIME/[.,]/}
    damaged --baud 921600
    took 'baud' $((clean_size * 10000 / 921600)) \
        $((clean_size * 15000 / 921600 + 1000))
    same got clean 'baud: nothing is lost'
}

test_limits() {
    damaged --lose-line 1 --faults-after 40000
    # The line in which they begin is whole.
    check 'faults-after' "$(size)" -ge 40000
    check 'faults-after' "$(size)" -lt 40100
    head -c 40000 "$dir/clean" > "$dir/want"
    head -c 40000 "$dir/got" > "$dir/rest"
    same rest want 'faults-after: none before'
    line --lose-line 1 --faults-until 40000
    dump
    tail -c $((clean_size - 40100)) "$dir/clean" > "$dir/want"
    tail -c $((clean_size - 40100)) "$dir/got" > "$dir/rest"
    same rest want 'faults-until: none behind'
    check 'faults-until: all lost before' "$(size)" -lt $((clean_size - 39000))
    damaged --double 1 --quiet-until '9f000200: '
    check 'quiet-until' "$(grep -abo 9f000200 "$dir/clean" | cut -d : -f 1)" \
        -eq $((2 * clean_size - $(size) - 18))
}

# The line has seen that its tty was closed for the Nth time; else it may take
# the next opening for the same one.
await_closed() {
    local i

    for ((i = 0; i < 500; i++)); do
        [ "$(grep -c closed "$dir/log")" -lt "$1" ] || return 0
        sleep 0.01
    done
    return 1
}

test_host() {
    line --stale 'old\x20text\r\n'
    "$EXPECT" "$tty" 'w:old text\r\n' > "$dir/got"
    result $? 'stale: at the first open'
    await_closed 1
    "$EXPECT" "$tty" 's:version\r' 'w:=> ' > "$dir/got"
    ! grep -q old "$dir/got"
    result $? 'stale: once'
    await_closed 2
    "$EXPECT" "$tty" 's:echo lost\r' p:0 > "$dir/got"
    await_closed 3
    sleep 0.2
    "$EXPECT" "$tty" p:100 > "$dir/got"
    check 'without a host: lost' "$(size)" -eq 0
    check 'opens are noted' "$(grep -c opened "$dir/log")" -eq 4
    flock -n "$tty" true
    result $? 'the tty is not locked'
    : > "$dir/sim.log"
    line --both --double-line 1 --faults-after 0
    "$EXPECT" "$tty" 's:version\r' p:300 > "$dir/got"
    check 'both: a command twice' "$(grep -c version "$dir/sim.log")" -eq 2
    line --double-line 1
    "$EXPECT" "$tty" 's:bdinfo\r' p:300 > "$dir/got"
    check 'not both: once' "$(grep -c bdinfo "$dir/sim.log")" -eq 1
}

test_cable() {
    line
    cat "$tty" > /dev/null 2>&1 &
    await grep -q opened "$dir/log"
    kill -USR1 "$line_pid"
    wait $!
    result 0 'USR1: it hangs up'
    check 'USR1: link is gone' ! -L "$tty"
    "$EXPECT" "$dir/board" 's:echo one\r' p:200 > /dev/null
    kill -USR2 "$line_pid"
    await test -c "$tty"
    result $? 'USR2: link is back'
    "$EXPECT" "$tty" 's:echo two\r' 'w:two\r\n=> ' > "$dir/got"
    result $? 'USR2: it works'
    ! grep -q one "$dir/got"
    result $? 'what came in between is lost'
    line --pull-after 40000 --back-after 300
    "$EXPECT" "$tty" t:200 "s:$DUMP\\r" "w:\\r\\n=> " > "$dir/got"
    check 'pull-after' $? -eq 1 -a "$(size)" -lt "$clean_size"
    grep -qE '^line 4[0-9]{4} pulled$' "$dir/log"
    result $? 'pull-after: in time'
    await test -c "$tty"
    result $? 'back-after: link is back'
    dump
    check 'back-after: whole again' "$(size)" -ge "$clean_size"
    check 'pull-after: once' "$(grep -c pulled "$dir/log")" -eq 1
}

test_end() {
    line
    stop_sim
    wait "$line_pid"
    result $? 'the device ends: exit status'
    line_pid=
    check 'the device ends: link is gone' ! -L "$tty"
    "$FAULTLINE" --device "$dir/board" --flip x 2> "$dir/err"
    check 'wrong usage' $? -eq 2 -a "$(wc -l < "$dir/err")" -eq 1
    "$FAULTLINE" --device "$dir/none" --link "$tty" 2> "$dir/err"
    check 'no device' $? -eq 1 -a "$(wc -l < "$dir/err")" -eq 1
}

start
test_flip
test_characters
test_lines
test_messages
test_time
test_limits
test_host
test_cable
test_end
finish
