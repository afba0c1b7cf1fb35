# SPDX-License-Identifier: BSD-2-Clause
"""Rows are declared with @job and run here, as many at once as can be without
one slowing down another: it is the line that they wait for."""

import fnmatch
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Callable, Optional

from figures import Figure
from processes import Trouble
from rig import Wrong

LANES = 4  # 115200 needs one, 921600 two; what needs a processor has all
ALL = LANES


@dataclass
class Job:
    """name: what ROWS chooses by; lanes: how many it takes; seconds: about so
    long; prepare(): what takes a processor, before any row runs; run(): its
    figures."""

    name: str
    lanes: int
    seconds: int
    run: Callable
    prepare: Optional[Callable] = None
    failed: str = ""


class Settings:
    """What the command line says about all rows."""

    size = 1.0
    build = ""

    @classmethod
    def scaled(cls, size, least=32 * 1024):
        """size in whole 4 KiB, times SIZE."""
        return max(least, int(size * cls.size) // 4096 * 4096)


JOBS = []


def job(name, lanes, seconds=100, prepare=None):
    """A function of no arguments that gives a list of figures."""
    def declare(run):
        JOBS.append(Job(name, lanes, seconds, run, prepare))
        return run
    return declare


def chosen(words):
    """The jobs that ROWS names: a name, its beginning up to a -, or a
    pattern."""
    def fits(name, word):
        return any(fnmatch.fnmatch(name, w) for w in (word, word + "-*"))

    for word in words:
        if not any(fits(each.name, word) for each in JOBS):
            raise Trouble(f"no row is called {word}; see --list")
    return [each for each in JOBS
            if not words or any(fits(each.name, word) for word in words)]


class Lanes:
    """What rows share. One thread takes them, for one row after the other."""

    def __init__(self):
        self.free = LANES
        self.changed = threading.Condition()

    def take(self, count):
        with self.changed:
            self.changed.wait_for(lambda: self.free >= count)
            self.free -= count

    def give(self, count):
        with self.changed:
            self.free += count
            self.changed.notify_all()


def perform(each):
    try:
        figures = each.run()
    except (Trouble, Wrong, OSError, ValueError, KeyError) as why:
        each.failed = f"{type(why).__name__}: {why}".strip()
        figures = [Figure(each.name, "", None, note=f"FAILED: {why}")]
    except Exception as why:  # a mistake in the row itself
        traceback.print_exc()
        each.failed = repr(why)
        figures = [Figure(each.name, "", None, note=f"FAILED: {why!r}")]
    for figure in figures:
        print(f"  {figure.name}: {figure.shown()} {figure.note}",
              file=sys.stderr, flush=True)
    return figures


def run_all(jobs):
    """The figures of all, in the order of declaration."""
    lanes = Lanes()
    found = {}

    def run(each):
        try:
            found[each.name] = perform(each)
        finally:
            lanes.give(each.lanes)

    for each in jobs:
        if each.prepare is not None:
            each.prepare()
    with ThreadPoolExecutor(LANES) as pool:
        for each in sorted(jobs, key=lambda each: (each.lanes, -each.seconds)):
            lanes.take(each.lanes)
            pool.submit(run, each)
    return [figure for each in jobs for figure in found[each.name]]
