#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Gives each fuzz target the files of its corpus.

set -u
cd "$(dirname "$0")" || exit 1
build=${FWFS_BUILD:-$PWD/../../build}
targets=0

for source in fuzz_*.c; do
    name=${source%.c}
    echo "$name:"
    "$build/tests/fuzz/$name" "corpus/${name#fuzz_}"/* || exit 1
    targets=$((targets + 1))
done
echo "$targets targets"
[ "$targets" -gt 0 ]
