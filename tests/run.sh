#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs tests one after the other and counts. Arguments: tests/unit/test_x (the
# program is below $FWFS_BUILD) or scripts. Exit 77 of a test: skipped.
#
# TEST_TIMEOUT  seconds for one test (300; a line `# timeout: N` in a script
#               sets its own)
# FWFS_BUILD    build folder (build); logs go to its logs/, and a file of a
#               sanitizer in its reports/ makes a test fail

set -u
cd "$(dirname "$0")/.." || exit 1

build=${FWFS_BUILD:-$PWD/build}
logs=$build/logs
reports=$build/reports
passed=0 failed=0 skipped=0
rm -rf "$logs" "$reports"
mkdir -p "$logs" "$reports"

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

run_one()
{
    local test=$1 log limit code began took report
    log=$logs/$(tr / - <<< "$test").log
    limit=$(timeout_of "$test")
    began=${EPOCHREALTIME/,/.}
    execute "$test" "$limit" > "$log" 2>&1 < /dev/null
    code=$?
    took=$(awk "BEGIN { printf \"%.1f s\", ${EPOCHREALTIME/,/.} - $began }")
    if [ -n "$(ls -A "$reports")" ]; then
        [ "$code" -eq 0 ] && code=sanitizer
    fi
    case $code in
        0)
            passed=$((passed + 1))
            echo "ok      $test ($took)"
            return
            ;;
        77)
            skipped=$((skipped + 1))
            echo "skip    $test: $(tail -n 1 "$log")"
            return
            ;;
        124 | 137) echo "FAILED  $test: ended after $limit s" ;;
        sanitizer) echo "FAILED  $test: a sanitizer complained" ;;
        *) echo "FAILED  $test: exit $code ($took)" ;;
    esac
    failed=$((failed + 1))
    show "$log" 30
    for report in "$reports"/*; do
        [ -e "$report" ] && show "$report" 40
    done
    echo "        all of it: $log"
    if [ -n "$(ls -A "$reports")" ]; then
        mkdir -p "$logs/reports" && mv "$reports"/* "$logs/reports"
    fi
}

for test; do
    run_one "$test"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
