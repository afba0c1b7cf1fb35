#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The fault table: fwfs under one fault after the other. What a reader got is
what is in the flash, or it is EIO. `make check-faults` runs it."""

import argparse
import glob
import multiprocessing
import os
import queue
import re
import shutil
import signal
import sys
import tempfile
import time

import report
import table
from boards import all_boards
from outcome import Outcome
from processes import mounted, unmount
from run import Run

VIRTUAL = "board-"  # their folders; those of runs are kept if they failed
REAL_JOBS = 2  # each takes a processor
REAL_SEEDS = 3  # at most
worker_boards = None  # of a worker process


def begin_worker(folder, keep):
    """Ctrl-C is the parent's; virtual boards stay up for many runs."""
    global worker_boards
    tempfile.tempdir = folder
    Run.keep = keep
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker_boards = all_boards()
    for board in worker_boards.values():
        board.folder = f"{folder}/{VIRTUAL}{board.name}-{os.getpid()}"


def perform(task):
    row_name, board_name, seed, clean = task
    row = ROWS[row_name]
    board = worker_boards[board_name]
    if board.real and not board.is_up():
        board.boot()
    out = Run(row, board, seed, clean).perform(row.limit)
    if board.real and out.bad():
        board.shut_down()
    return out


ROWS = {row.name: row for row in [table.CLEAN, *table.all_rows()]}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--rows", default="", help="regular expression")
    parser.add_argument("--boards", default="", help="regular expression")
    parser.add_argument("--jobs", type=int, default=24)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--keep", action="store_true",
                        help="the folders of good runs, too")
    return parser.parse_args()


def missing(row, board):
    if row.root and os.geteuid() != 0:
        return "not root"
    return board.missing()


def choose(options):
    """The tasks, without the clean runs; and the rows and boards of them."""
    boards = all_boards()
    tasks, skipped = [], []
    for row in table.all_rows():
        if not re.search(options.rows, row.name):
            continue
        for name in row.boards:
            if not re.search(options.boards, name):
                continue
            why = missing(row, boards[name])
            if why:
                skipped.append(Outcome(row.name, name, 0, skipped=why))
                continue
            most = REAL_SEEDS if boards[name].real else options.seeds
            seeds = range(1, min(options.seeds, row.seeds, most) + 1)
            if options.seed:
                seeds = [options.seed]
            tasks += [(row, name, seed) for seed in seeds]
    return tasks, skipped


class Workers:
    """Processes for simulated and for virtual boards."""

    def __init__(self, options):
        self.folder = tempfile.mkdtemp(prefix="fwfs-faults.")
        self.boards = all_boards()
        self.pools = {real: multiprocessing.Pool(
            jobs, begin_worker, (self.folder, options.keep))
            for real, jobs in ((False, options.jobs), (True, REAL_JOBS))}

    def run(self, tasks, told):
        """Outcomes of tasks, in any order."""
        done = queue.SimpleQueue()
        for task in tasks:
            self.pools[self.boards[task[1]].real].apply_async(
                perform, (task,), callback=done.put, error_callback=done.put)
        outcomes = []
        for _ in tasks:
            out = done.get()
            if isinstance(out, BaseException):
                raise out
            told(out)
            outcomes.append(out)
        return outcomes

    def end(self):
        """What a run that was broken off has left mounted, too."""
        for pool in self.pools.values():
            pool.terminate()
            pool.join()
        for point in mounted(self.folder):
            unmount(point, "-l")
        for path in glob.glob(f"{self.folder}/{VIRTUAL}*"):
            shutil.rmtree(path)
        if not os.listdir(self.folder):
            os.rmdir(self.folder)


def again_alone(outcomes, workers, clean, told):
    """Two dozen simulators beside each other take time from each other. What
    was late because of that is not so alone; a wrong byte is one always."""
    late = [out for out in outcomes if out.failed and not out.wrong]
    for out in late:
        outcomes.remove(out)
        print(f"again, alone: {out.row}, {out.board}, seed {out.seed}",
              file=sys.stderr)
        outcomes += workers.run([(out.row, out.board, out.seed,
                                  clean[out.board, out.seed])], told)
    return len(late)


def main():
    options = arguments()
    tasks, skipped = choose(options)
    began = time.monotonic()
    told = report.Teller(options.verbose)
    workers = Workers(options)
    try:
        clean = {(out.board, out.seed): out for out in workers.run(
            sorted({(table.CLEAN.name, name, seed, None)
                    for _, name, seed in tasks}), told)}
        # The long ones first, so that the end is not waiting for one.
        tasks.sort(key=lambda t: -t[0].limit * t[0].timeout)
        outcomes = workers.run([(row.name, name, seed, clean[name, seed])
                                for row, name, seed in tasks], told)
        repeated = again_alone(outcomes, workers, clean, told)
    finally:
        workers.end()
    outcomes = [*clean.values(), *outcomes, *skipped]
    good = report.table(list(ROWS.values()), outcomes, clean)
    print(f"{len(outcomes)} runs, {repeated} of them again because they were "
          f"late beside others, {time.monotonic() - began:.0f} s")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
