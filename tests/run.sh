#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs tests and counts. Arguments: tests/unit/test_x (the program is below
# $FWFS_BUILD) or scripts. Exit 77 of a test: skipped. As many as JOBS at once;
# then those with a line `# alone: QEMU` in twos, for each keeps a processor busy;
# then those with another `# alone: why` one after the other.
#
# JOBS          how many (5; with sanitizers 2)
# TEST_TIMEOUT  seconds for one test (300; a line `# timeout: N` in a script
#               sets its own)
# FWFS_BUILD    build folder (build); logs go to its logs/, and a file of a
#               sanitizer in its reports/ makes a test fail

set -u
cd "$(dirname "$0")/.." || exit 1

build=${FWFS_BUILD:-$PWD/build}
logs=$build/logs
reports=$build/reports
results=$logs/results

timeout_of()
{
    local own
    own=$(sed -n 's/^# timeout: \([0-9][0-9]*\)$/\1/p;20q' "$1" 2> /dev/null |
        head -n 1)
    echo "${own:-${TEST_TIMEOUT:-300}}"
}

# A group of its own, so that a test that hangs goes with all its children.
execute()
{
    local test=$1 limit=$2
    case $test in
        *.sh) timeout -k 10 "$limit" bash "$test" ;;
        *) timeout -k 10 "$limit" "$build/$test" ;;
    esac
}

show()
{
    sed 's/^/        | /' < <(tail -n "$2" "$1")
}

# run_one TEST: what it came to is told in one piece, and noted.
run_one()
{
    local test=$1 name log limit code began took
    name=$(tr / - <<< "$test")
    log=$logs/$name.log
    limit=$(timeout_of "$test")
    mkdir -p "$reports/$name"
    export ASAN_OPTIONS=${ASAN_OPTIONS-} UBSAN_OPTIONS=${UBSAN_OPTIONS-}
    export TSAN_OPTIONS=${TSAN_OPTIONS-}
    ASAN_OPTIONS=${ASAN_OPTIONS//"$reports"/"$reports/$name"}
    UBSAN_OPTIONS=${UBSAN_OPTIONS//"$reports"/"$reports/$name"}
    TSAN_OPTIONS=${TSAN_OPTIONS//"$reports"/"$reports/$name"}
    began=${EPOCHREALTIME/,/.}
    execute "$test" "$limit" > "$log" 2>&1 < /dev/null
    code=$?
    took=$(awk "BEGIN { printf \"%.1f s\", ${EPOCHREALTIME/,/.} - $began }")
    if [ -n "$(ls -A "$reports/$name")" ]; then
        [ "$code" -eq 0 ] && code=sanitizer
    else
        rmdir "$reports/$name"
    fi
    tell "$test" "$code" "$took" "$limit" > "$log.told"
    flock "$results" cat "$log.told"
    rm "$log.told"
}

tell()
{
    local test=$1 code=$2 took=$3 limit=$4 name report
    name=$(tr / - <<< "$test")
    case $code in
        0)
            echo passed >> "$results"
            echo "ok      $test ($took)"
            return
            ;;
        77)
            echo skipped >> "$results"
            echo "skip    $test: $(tail -n 1 "$logs/$name.log")"
            return
            ;;
        124 | 137) echo "FAILED  $test: ended after $limit s" ;;
        sanitizer) echo "FAILED  $test: a sanitizer complained" ;;
        *) echo "FAILED  $test: exit $code ($took)" ;;
    esac
    echo failed >> "$results"
    show "$logs/$name.log" 30
    for report in "$reports/$name"/*; do
        [ -e "$report" ] && show "$report" 40
    done
    echo "        all of it: $logs/$name.log"
}

count()
{
    grep -c "^$1\$" "$results"
}

if [ "${1-}" = --one ]; then
    run_one "$2"
    exit 0
fi

rm -rf "$logs" "$reports"
mkdir -p "$logs" "$reports"
: > "$results"
# They wait for a line most of the time.
# With sanitizers they do not.
jobs=5
[ -z "${FWFS_SAN-}" ] || jobs=2
jobs=${JOBS:-$jobs}
together=() pairs=() alone=()
for test; do
    case $(sed -n '1,20s/^# alone: //p' "$test" 2> /dev/null) in
        '') together+=("$test") ;;
        QEMU) pairs+=("$test") ;;
        *) alone+=("$test") ;;
    esac
done

# at_once N TEST...
at_once()
{
    local n=$1

    shift
    [ $# -eq 0 ] || printf '%s\0' "$@" |
        xargs -0 -n 1 -P "$n" bash tests/run.sh --one
}

at_once "$jobs" ${together[@]+"${together[@]}"}
at_once 2 ${pairs[@]+"${pairs[@]}"}
for test in ${alone[@]+"${alone[@]}"}; do
    (run_one "$test")
done

echo "$(count passed) passed, $(count failed) failed, $(count skipped) skipped"
[ "$(count failed)" -eq 0 ] && [ "$(count passed)" -gt 0 ]
