#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Tells by folder how much of src the tests ran. Arguments: the build folder
# with what gcc's --coverage left, then folders or files to list line by line.

set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
shift

# gcovr's table has a line a file: name, then lines and branches among others.
gcovr --root . --object-directory "$build/obj" --filter 'src/' \
    --gcov-ignore-parse-errors --csv "$build/coverage.csv" "$build/obj/src"
gcovr --root . --object-directory "$build/obj" --filter 'src/' \
    --gcov-ignore-parse-errors --html-details "$build/coverage.html" \
    "$build/obj/src"

awk -F, '
    NR == 1 {
        for (i = 1; i <= NF; i++)
            at[$i] = i
        next
    }
    {
        folder = $at["filename"]
        sub("/[^/]*$", "", folder)
        add(folder)
        add("all")
    }
    function add(f) {
        lines[f] += $at["line_total"]
        ran[f] += $at["line_covered"]
        branches[f] += $at["branch_total"]
        taken[f] += $at["branch_covered"]
    }
    function percent(part, whole) {
        return whole == 0 ? 100 : 100 * part / whole
    }
    END {
        printf "%-14s %8s %8s %10s %8s\n", "folder", "lines", "ran",
            "branches", "taken"
        for (f in lines)
            printf "%-14s %8d %7.1f%% %10d %7.1f%%\n", f, lines[f],
                percent(ran[f], lines[f]), branches[f],
                percent(taken[f], branches[f]) | "sort -k1,1.3r -k1,1"
    }' "$build/coverage.csv"
echo "line by line: $build/coverage.html"
