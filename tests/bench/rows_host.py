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
from processes import Trouble, read_bytes
from rig import BUILD, Rig

G = 1024 * M
RUNS = 5
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


def best_copy(rig, path):
    """Seconds, of some runs."""
    times = []
    for _ in range(RUNS):
        began = time.monotonic()
        subprocess.run(["cp", path, rig.path("copy")], check=True)
        times.append(time.monotonic() - began)
    return min(times)


def small_reads(path, size, length=4096, step=4096, count=4000):
    """Microseconds for length bytes at any multiple of step, the median."""
    rng = random.Random(path)
    file = os.open(path, os.O_RDONLY)
    times = []
    for _ in range(count):
        at = rng.randrange(size // step) * step
        began = time.perf_counter()
        os.pread(file, length, at)
        times.append(time.perf_counter() - began)
    os.close(file)
    return 1e6 * statistics.median(times)


@job("cached", ALL)
def cached():
    """The plain file is the copy itself, so that neither comes from disk."""
    size = Settings.scaled(256 * M)
    told = f"{size // M} MiB, offline, best of {RUNS}"
    with Rig("cached") as rig:
        cache = fill(rig, size)
        rig.mount("--offline", device=cache)
        kept = f"{rig.mnt}/flash.bin"
        plain = rig.path("plain")
        subprocess.run(["cp", kept, plain], check=True)
        best = best_copy(rig, kept)
        rig.compare(read_bytes(rig.path("copy")), read_bytes(plain))
        whole = best_copy(rig, plain)
        rig.unmount()
        rig.mount("--offline", device=cache)  # the kernel has nothing of it
        reads = small_reads(kept, size)
        rig.unmount()
    return [Figure("cached-copy", "cp of a cached file, share of a plain "
                   "file's speed", whole / best, at_least=0.5,
                   conditions=told, note=f"{size / best / M:.0f} MiB/s, plain "
                                         f"{size / whole / M:.0f} MiB/s"),
            Figure("cached-4k", "4 KiB of a cached file, anywhere", reads,
                   "us", conditions=told)]


def mounts(rig, cache, reach):
    """Milliseconds until it can be used, KiB of memory after some reads, and
    microseconds for one of these."""
    times, peaks = [], []
    for _ in range(RUNS):
        times.append(1000 * rig.mount("--offline", device=cache))
        reads = small_reads(f"{rig.mnt}/flash.bin", reach, BLOCK, 2 * BLOCK)
        peaks.append(rig.memory_peak())
        rig.unmount()
    return min(times), max(peaks), reads


def grown(row, medium, extents):
    """Of one block each, every other block; 0: one extent of 1 MiB."""
    @job(row, ALL, seconds=20)
    def run():
        with Rig(row) as rig:
            cache = fill(rig, medium, "-n", extents or 1, "-l",
                         BLOCK if extents else M)
            took, peak, reads = mounts(rig, cache, 2 * BLOCK * extents or M)
        told = f"medium of {medium // M} MiB, {extents or 1} extents, offline"
        return [Figure(f"{row}-time", "mount", took, "ms", at_most=50,
                       conditions=told, note=f"best of {RUNS}"),
                Figure(f"{row}-memory", "memory at most (VmHWM)", peak / K,
                       "MiB", at_most=16 + extents * ENTRY / M,
                       conditions=told),
                Figure(f"{row}-read", "512 bytes there, median", reads, "us",
                       conditions=told)]


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


grown("mount-1M", M, 0)
grown("mount-1G", G, 0)
grown("mount-128G", 128 * G, 0)
grown("extents-1000", 128 * G, 1000)
grown("extents-1000000", 128 * G, 10**6)
