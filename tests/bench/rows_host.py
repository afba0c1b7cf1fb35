# SPDX-License-Identifier: BSD-2-Clause
"""Rows: what fwfs itself costs. Each runs alone; no line is in it."""

import os
import random
import statistics
import subprocess
import time

from contents import K, M
from figures import Figure
from formats import U_BOOT
from jobs import ALL, Settings, job
from processes import Trouble
from rig import BUILD, Rig

G = 1024 * M
RUNS = 5
COPIES = 10
BLOCK = 512
ENTRY = 16  # bytes of memory an extent may cost


def fill(rig, size, *options):
    """A cache of a device that there is not; its path."""
    done = subprocess.run(
        [f"{BUILD}/tests/bench/fillcache", *map(str, options), rig.path("cache"),
         str(size)], capture_output=True, check=False, timeout=600)
    if done.returncode != 0:
        raise Trouble(f"fillcache: {done.stderr.decode()}")
    return rig.path(f"cache/{done.stdout.decode().strip()}")


def best_copies(rig, *paths):
    """Seconds for each, the best of some runs in turn."""
    best = [float("inf")] * len(paths)
    for _ in range(COPIES):
        for i, path in enumerate(paths):
            began = time.monotonic()
            subprocess.run(["cp", path, rig.path("copy")], check=True)
            best[i] = min(best[i], time.monotonic() - began)
            os.unlink(rig.path("copy"))
    return best


def small_reads(path, length, step, places, count=4000):
    """Microseconds for length bytes at one of so many places, step bytes from
    one to the next: the median."""
    rng = random.Random(path)
    file = os.open(path, os.O_RDONLY)
    times = []
    for _ in range(count):
        at = rng.randrange(places) * step
        began = time.perf_counter()
        os.pread(file, length, at)
        times.append(time.perf_counter() - began)
    os.close(file)
    return 1e6 * statistics.median(times)


@job("cached", ALL)
def cached():
    """The plain file is the copy itself, so that neither comes from disk."""
    size = Settings.scaled(256 * M)
    told = f"{size // M} MiB, offline, best of {COPIES}"
    with Rig("cached") as rig:
        cache = fill(rig, size)
        rig.mount("--offline", device=cache)
        kept = f"{rig.mnt}/flash.bin"
        plain = rig.path("plain")
        subprocess.run(["cp", kept, plain], check=True)
        subprocess.run(["cmp", kept, plain], check=True)
        best, whole = best_copies(rig, kept, plain)
        rig.unmount()
        rig.mount("--offline", device=cache)  # the kernel has nothing of it
        reads = small_reads(kept, 4 * K, 4 * K, size // (4 * K))
        rig.unmount()
    return [Figure("cached-copy", "cp of a cached file, share of a plain "
                   "file's speed", whole / best, at_least=0.5,
                   conditions=told, note=f"{size / best / M:.0f} MiB/s, plain "
                                         f"{size / whole / M:.0f} MiB/s"),
            Figure("cached-4k", "4 KiB of a cached file, anywhere", reads,
                   "us", conditions=told)]


def grown(row, medium, extents, length, step, limit=None):
    """Extents of some length, step bytes from one to the next."""
    @job(row, ALL, seconds=20)
    def run():
        times, reads = [], []
        places = max(extents, length // step)
        with Rig(row) as rig:
            cache = fill(rig, medium, "-n", extents, "-l", length, "-e", step)
            for _ in range(RUNS):
                times.append(1000 * rig.mount("--offline", device=cache))
                reads.append(small_reads(f"{rig.mnt}/flash.bin", BLOCK, step,
                                         places))
                peak = rig.memory_peak()
                rig.unmount()
        told = (f"medium of {medium // M} MiB, extents: {extents}, "
                f"bytes: {length}; offline, best of {RUNS}")
        return [Figure(f"{row}-time", "mount", min(times), "ms", at_most=limit,
                       conditions=told),
                Figure(f"{row}-memory", "memory at most (VmHWM)", peak / K,
                       "MiB", at_most=16 + extents * ENTRY / M,
                       conditions=told),
                Figure(f"{row}-read", "512 bytes of these, median",
                       min(reads), "us", conditions=told)]


@job("mount-device", ALL, seconds=40)
def mount_device():
    """Attaching takes the same for all; what is more is for the size."""
    took, peak = {}, {}
    for size in (M, 128 * G):
        with Rig("device") as rig:
            rig.flash(b"")
            os.truncate(rig.path("flash"), size)
            rig.start(U_BOOT, 0, medium="--mmc")
            times = []
            for _ in range(RUNS):
                times.append(1000 * rig.mount(cache="cache"))
                peak[size] = rig.memory_peak()
                rig.unmount()
            took[size] = min(times)
    told = f"sparse eMMC of 128 GiB, best of {RUNS}"
    return [Figure("mount-device-time", "mount of a device, longer than with "
                   "1 MiB", took[128 * G] - took[M], "ms", at_most=50,
                   conditions=told, note=f"attaching: {took[M]:.0f} ms"),
            Figure("mount-device-memory", "memory at most (VmHWM)",
                   peak[128 * G] / K, "MiB", at_most=16, conditions=told)]


for _name, _size in (("1M", M), ("1G", G), ("128G", 128 * G)):
    grown(f"mount-{_name}", _size, 1, M, K, 50)
# Of the same GiB; the first has all of it, two million blocks.
grown("extents-1", 128 * G, 1, G, K)
grown("extents-1000", 128 * G, 1000, BLOCK, M, 50)
grown("extents-1000000", 128 * G, 10**6, BLOCK, K, 50)
