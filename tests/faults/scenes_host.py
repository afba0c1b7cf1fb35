# SPDX-License-Identifier: BSD-2-Clause
"""Scenes on the host's side: the cache, the disk, signals, umount -f."""

import errno
import os
import random
import shutil
import signal
import struct
import subprocess
import time
import zlib

from processes import Trouble, end, mounted, unmount, wait_for

DEAD = (errno.ENOTCONN, errno.ECONNABORTED, errno.EIO, errno.ENOENT)


def _some(run):
    """The first or the second half of the pieces, or some of them."""
    return [o for o in run.offsets() if run.rng.random() < 0.5]


def _cache_files(run, suffix=""):
    found = []
    for folder, _, names in os.walk(run.path("cache")):
        found += [os.path.join(folder, n) for n in names if n.endswith(suffix)]
    return sorted(found)


def _fill(run):
    """A mount that reads some pieces into the cache."""
    run.mount()
    for offset in _some(run):
        if run.read(offset) != "same":
            raise Trouble("no clean reading")
    run.unmount()


def _read_again(run):
    """After the cache was touched: fwfs may refuse it, with one message."""
    if not run.try_mount():
        run.refused()
        return
    if "EIO" in run.read_all():
        run.fail("EIO with a device that is well")
    run.unmount()


def _damaged(run, damage, suffix=""):
    run.start_device()
    _fill(run)
    files = [f for f in _cache_files(run, suffix) if os.path.getsize(f) > 0]
    damage(run.rng, run.rng.choice(files))
    _read_again(run)


def _truncate(rng, path):
    os.truncate(path, rng.randrange(os.path.getsize(path)))


def _flip_bits(rng, path):
    with open(path, "r+b") as f:
        content = bytearray(f.read())
        for _ in range(rng.choice((1, 1, 5, 50))):
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        f.seek(0)
        f.write(content)


def cache_truncated(run):
    _damaged(run, _truncate)


def cache_flipped(run):
    _damaged(run, _flip_bits)


def cache_state_flipped(run):
    _damaged(run, _flip_bits, ".state")


def _other_version(_, path):
    """Another number at the version's place, and the header's sum right."""
    with open(path, "r+b") as f:
        header = bytearray(f.read(64))
        header[8:12] = struct.pack("<I", 1 + struct.unpack("<I", header[8:12])[0])
        header[60:64] = struct.pack("<I", zlib.crc32(header[:60]))
        f.seek(0)
        f.write(header)


def cache_other_version(run):
    _damaged(run, _other_version, ".state")


def _another(run, flash, *options):
    """Another board takes the place of this one."""
    run.board.end()
    end(run.line)
    run.flash = flash
    with open(run.path("flash"), "wb") as f:
        f.write(flash)
    run.start_device(*options)


def cache_of_another(run):
    """data, state or both of a board with other contents."""
    run.start_device()
    _fill(run)
    mine = run.path("cache")
    os.rename(mine, run.path("mine"))
    flash = run.flash
    _another(run, random.Random(f"other {run.seed}").randbytes(len(flash)),
             "--mac", "00:00:5e:00:53:77")
    _fill(run)
    os.rename(mine, run.path("other"))
    os.rename(run.path("mine"), mine)
    _another(run, flash)
    files = {os.path.basename(p): p for p in _cache_files(run)}
    take = run.rng.choice(((".data",), (".state",), (".data", ".state")))
    for folder, _, names in os.walk(run.path("other")):
        for name in names:
            if name.endswith(take) and name in files:
                shutil.copyfile(os.path.join(folder, name), files[name])
    _read_again(run)


def clock_back(run):
    """The cache is of next year."""
    run.start_device()
    _fill(run)
    later = time.time() + 366 * 86400
    for path in _cache_files(run):
        os.utime(path, (later, later))
    _read_again(run)


def kill9(run):
    """Killed in the middle, at any time; what another mount reads is right."""
    run.start_device()
    run.mount()
    run.later(run.rng.random() * run.paced_seconds(), run.fwfs.kill)
    run.read_all(allowed=DEAD, mark="")
    run.fwfs.kill()
    run.wait_end(-signal.SIGKILL)
    unmount(run.mnt)
    if mounted(run.mnt):
        run.fail("umount of a dead mount failed")
    run.out.eio = 0
    run.mount()
    if "EIO" in run.read_all():
        run.fail("EIO after kill -9")
    run.unmount()


def _ended(run, how, *codes):
    """how() ends fwfs while it reads; readers get an error."""
    run.start_device()
    run.mount()
    run.later(run.rng.random() * run.paced_seconds(), how)
    results = run.read_all(allowed=DEAD, mark="")
    if None in results or run.hung:
        return
    if not wait_for(10, lambda: run.fwfs.poll() is not None):
        run.fail("fwfs does not end")
    run.wait_end(*codes)
    if mounted(run.mnt):
        run.fail("still mounted")


def sigterm(run):
    _ended(run, lambda: run.fwfs.send_signal(signal.SIGTERM), 0)


def sigint(run):
    _ended(run, lambda: run.fwfs.send_signal(signal.SIGINT), 0)


def umount_force(run):
    """umount -f, and -l behind it: readers hold the mount busy."""
    def force():
        subprocess.run(["umount", "-f", run.mnt], stderr=subprocess.DEVNULL)
        if mounted(run.mnt):
            unmount(run.mnt, "-l")
    _ended(run, force, 0, 1)


def umount_lazy(run):
    _ended(run, lambda: unmount(run.mnt, "-l"), 0)


def disk_full(run):
    """The cache's disk takes only some of the bytes."""
    folder = run.path("cache")
    os.mkdir(folder, 0o700)
    room = run.rng.choice((12, 20, 28, 40)) * 1024
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room},mode=700",
                    "tmpfs", folder], check=True)
    try:
        _with_little_room(run)
    finally:
        unmount(folder)


def _with_little_room(run):
    run.start_device()
    if not run.try_mount():
        run.refused()
        return
    run.read_all()
    run.unmount()


def file_limit(run):
    """The same by ulimit -f."""
    blocks = run.rng.randrange(1, max(2, run.size // 1024))
    run.start_device()
    if not run.try_mount(wrapper=("prlimit", f"--fsize={blocks * 1024}")):
        run.refused()
        return
    run.read_all()
    run.unmount()
