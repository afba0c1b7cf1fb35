#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The unit tests and one mount under memcheck: no error, nothing lost.
# Arguments: names of unit tests (all), as tests/unit/test_x; `mount` for the
# mount alone.

set -u
cd "$(dirname "$0")/.." || exit 1
build=${FWFS_BUILD:-$PWD/build}
logs=$build/logs/valgrind
mkdir -p "$logs"
failed=0
memcheck=(valgrind --quiet --error-exitcode=99 --leak-check=full
    --num-callers=20 --sim-hints=lax-ioctls)
# What is asked of the CPU's time is asked with patience.
export FWFS_PATIENCE=50

check()
{
    local name=$1 code=0

    shift
    "$@" > "$logs/$name.log" 2>&1 < /dev/null || code=$?
    case $code in
        0) echo "ok      $name" ;;
        77) echo "skip    $name: $(tail -n 1 "$logs/$name.log")" ;;
        *)
            echo "FAILED  $name: exit $code, $logs/$name.log"
            grep -m 20 -e '^==' -e '\[  FAILED' "$logs/$name.log"
            failed=$((failed + 1))
            ;;
    esac
}

[ $# -gt 0 ] || set -- mount tests/unit/test_*.c
for test; do
    test=$(basename "$test" .c)
    if [ "$test" = mount ]; then
        check mount env FWFS_UNDER="${memcheck[*]} --child-silent-after-fork=no \
            --log-file=$logs/mount.%p" bash tests/valgrind-mount.sh
        for report in "$logs"/mount.[0-9]*; do
            [ -s "$report" ] || continue
            cat "$report"
            failed=$((failed + 1))
        done
        rm -f "$logs"/mount.[0-9]*
    else
        check "$test" timeout 900 "${memcheck[@]}" "$build/tests/unit/$test"
    fi
done
echo "$failed failed"
[ "$failed" -eq 0 ]
