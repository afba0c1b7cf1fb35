#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Self-test of the boot-loader personas: each is driven over its pty and its
# dumps are compared with the flash. Arguments: names of tests to run.
# timeout: 90

command -v python3 > /dev/null || {
    echo "no python3"
    exit 77
}
exec python3 -B "$(dirname "$0")/test_personas.py" "$@"
