# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# What the tests of the simulator share; they source it first. Wants the paths
# of the programs in the environment: SIM, MKFLASH, FAULTLINE, EXPECT.
#
# A test has a folder $dir of its own; it calls checks, which print TAP, and
# at its end `finish`.

set -u
export LC_ALL=C

: "${SIM:?}" "${MKFLASH:?}" "${FAULTLINE:?}" "${EXPECT:?}"
dir=$(mktemp -d)
tty=$dir/tty
pid=      # of the simulator
line_pid= # of the faulty line
count=0
failed=0

# --- programs --------------------------------------------------------------

# end_process PID: its exit status.
end_process() {
    [ -n "$1" ] || return 0
    kill "$1" 2> /dev/null
    wait "$1"
}

stop_sim() {
    local ending=$pid

    pid=
    end_process "$ending"
}

stop_line() {
    local ending=$line_pid

    line_pid=
    end_process "$ending"
}

trap 'stop_line; stop_sim; rm -rf "$dir"' EXIT

# await COMMAND...: until it succeeds, 5 s at most.
await() {
    local i

    for ((i = 0; i < 500; i++)); do
        "$@" 2> /dev/null && return
        sleep 0.01
    done
    return 1
}

# start_sim OPTION...: run the simulator until the next one.
start_sim() {
    stop_sim
    rm -f "$dir/ready" "$dir/log"
    "$SIM" --link "$tty" --log "$dir/log" "$@" > "$dir/ready" &
    pid=$!
    await test -s "$dir/ready"
}

# talk STEP...: what the console printed is in $dir/got.
talk() {
    "$EXPECT" "$tty" "$@" > "$dir/got"
}

# A command of Winbond's and of U-Boot's loader.
P='\n\r\rbootloader > ' # what ends a Winbond command
wb() { talk "s:$1\\r" "w:\\n\\r\\rbootloader > "; }
ub() { talk "s:$1\\r" "w:\\r\\n=> "; }

# --- checks ----------------------------------------------------------------

# result STATUS NAME
result() {
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        failed=1
    fi
}

# check NAME TEST-ARGUMENT...
check() {
    local name=$1

    shift
    [ "$@" ]
    result $? "$name ($*)"
}

# is NAME TEXT: the last talk printed just TEXT, escapes as printf %b.
is() {
    printf '%b' "$2" > "$dir/want"
    if cmp -s "$dir/want" "$dir/got"; then
        result 0 "$1"
    else
        result 1 "$1"
        od -c "$dir/want" | sed 's/^/# want /'
        od -c "$dir/got" | sed 's/^/# got  /'
    fi
}

# has TEXT: the last talk printed TEXT among others.
has() {
    local got want

    got=$(tr -d '\0' < "$dir/got" && echo .)
    want=$(printf '%b.' "$1")
    [[ $got == *"${want%.}"* ]]
}

# holds NAME TEXT
holds() {
    has "$2"
    result $? "$1"
}

# lacks NAME TEXT
lacks() {
    ! has "$2"
    result $? "$1"
}

# logged NAME LINE: LINE is in the log.
logged() {
    grep -qxF -- "$2" "$dir/log"
    result $? "$1"
}

# marks MARK: how many of them are in the log.
marks() {
    grep -cxF -- "!$1" "$dir/log"
}

size() {
    stat -c %s "$dir/${1-got}"
}

finish() {
    echo "1..$count"
    exit $failed
}
