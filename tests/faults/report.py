# SPDX-License-Identifier: BSD-2-Clause
"""The table that is printed."""

import re
import statistics
import sys

BAUD = 115200  # for comparing times
COLUMNS = "{:<30} {:<8} {:>4} {:>9} {:>4} {:>7} {:>5} {:>6}  {:>14}"


class Teller:
    """Tells of runs while they come in: the bad ones, or all."""

    def __init__(self, verbose):
        self.verbose = verbose

    def __call__(self, out):
        if not out.bad() and not self.verbose:
            return
        verdict = "bad" if out.bad() else "ok"
        print(f"{verdict}: {out.row}, {out.board}, seed {out.seed}: "
              f"{out.pieces} pieces, {out.eio} EIO, "
              f"{out.seconds or 0:.2f} s", file=sys.stderr)
        for what in [*out.wrong, *out.failed, *out.notes][:8]:
            print(f"     {what[:300]}", file=sys.stderr)
        if out.folder:
            row = re.sub(r"[^\w ,-]", ".", out.row)
            print(f"     kept: {out.folder}; again: make check-faults "
                  f"ROWS='^{row}$' BOARDS='^{out.board}$' "
                  f"SEED={out.seed}", file=sys.stderr)
        sys.stderr.flush()


def _time(row, outcomes, clean):
    """Median of how much longer than the clean run of the same seed it took,
    and of the seconds. Simulators send as fast as they can, so waiting is
    nearly all of the seconds; what the bytes take on a line is added."""
    ratios, seconds = [], []
    for out in outcomes:
        before = clean.get((out.board, out.seed))
        if not row.timed or out.seconds is None or before is None:
            continue
        paced = 0 if row.baud else _wire(out, BAUD)
        ratios.append((out.seconds + paced) /
                      (before.seconds + _wire(before, row.baud or BAUD)))
        seconds.append(out.seconds)
    if not ratios:
        return "-"
    return (f"{statistics.median(ratios):.1f} "
            f"({statistics.median(seconds):.1f} s)")


def _wire(out, baud):
    return (out.total_bytes - out.attach_bytes) * 10 / baud


def _line(row, board, outcomes, clean):
    skipped = [out.skipped for out in outcomes if out.skipped]
    if skipped:
        print(f"{row.name:<30} {board:<8} skipped: {skipped[0]}")
        return
    runs = len(outcomes)
    wrong = sum(bool(out.wrong) for out in outcomes)
    failed = sum(bool(out.failed) for out in outcomes)
    eio = sum(bool(out.eio) for out in outcomes)
    refused = sum(out.refused for out in outcomes)
    same = sum(not out.bad() and not out.eio and not out.refused
               for out in outcomes)
    print(COLUMNS.format(row.name, board, runs, same, eio, refused, wrong, failed,
                         _time(row, outcomes, clean)))


def table(rows, outcomes, clean):
    """Prints it; False when anything is wrong."""
    print(COLUMNS.format("fault", "board", "runs", "identical", "EIO",
                         "refused", "wrong", "failed", "time to clean"))
    for row in rows:
        for board in row.boards:
            mine = [out for out in outcomes
                    if out.row == row.name and out.board == board]
            if mine:
                _line(row, board, mine, clean)
    return not any(out.bad() for out in outcomes)
