#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Self-test of the personas from EVA to the Linux shell; see test_personas.sh.
# Arguments: names of tests to run.
# timeout: 90

command -v python3 > /dev/null || {
    echo "no python3"
    exit 77
}
exec python3 -B "$(dirname "$0")/test_personas2.py" "$@"
