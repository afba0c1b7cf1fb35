#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How fast fwfs is, as a table; `make bench` runs it. A row that is slow is
shown so; exit 1 is for a copy that is wrong or a program that failed."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.append(f"{os.path.dirname(HERE)}/faults")

import figures  # noqa: E402
import jobs  # noqa: E402
import plot  # noqa: E402
import rows_host  # noqa: E402,F401
import rows_known  # noqa: E402,F401
import rows_line  # noqa: E402,F401
import rows_wait  # noqa: E402,F401
from processes import Trouble, mounted, unmount  # noqa: E402
from rig import BUILD, TOP  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", help="names, their beginnings, or "
                        "patterns (all)")
    parser.add_argument("--size", type=float, default=1.0, metavar="N",
                        help="N times the usual bytes (1)")
    parser.add_argument("--list", action="store_true", help="names of rows")
    return parser.parse_args()


def run(rows):
    folder = tempfile.mkdtemp(prefix="fwfs-bench.")
    tempfile.tempdir = folder

    def clean_up():
        for point in reversed(mounted(folder)):
            unmount(point, "-l")
        shutil.rmtree(folder, ignore_errors=True)

    def give_up(number, _):
        """Nobody waits for rows that run; what they started is killed with
        this process."""
        clean_up()
        os._exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, give_up)
    try:
        return jobs.run_all(rows)
    finally:
        clean_up()


def main():
    options = arguments()
    try:
        rows = jobs.chosen(options.rows)
    except Trouble as why:
        sys.exit(f"bench: {why}")
    if options.list:
        print("\n".join(row.name for row in rows))
        return 0
    jobs.Settings.size = options.size
    began = time.monotonic()
    found = run(rows)
    figures.print_table(found)
    figures.write_json(f"{BUILD}/bench.json", found, TOP, options.size)
    plot.draw(BUILD)
    print(f"{len(found)} figures in {(time.monotonic() - began) / 60:.0f} min;"
          f" {BUILD}/bench.json")
    if options.size < 1:
        print("Of fewer bytes, what a first read costs is a larger share.")
    failed = [row for row in rows if row.failed]
    for row in failed:
        print(f"bench: {row.name}: {row.failed}", file=sys.stderr)
    return 1 if failed else 0


sys.exit(main())
