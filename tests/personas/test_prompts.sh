#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Self-test of what keys do at the prompts of personas; see test_personas.sh.
# timeout: 90

command -v python3 > /dev/null || {
    echo "no python3"
    exit 77
}
exec python3 -B "$(dirname "$0")/test_prompts.py"
