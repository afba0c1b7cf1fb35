# SPDX-License-Identifier: BSD-2-Clause
"""fwfs in a run: mounting, its own files, and its end."""

import os
import re
import time

from boards import BUILD
from processes import (Trouble, end, memory_peak, read_bytes, spawn, unmount,
                       wait_for)

MEMORY_MAX = 65536  # KiB
# What fwfs says may not drive a terminal.
RAW = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f-\xff]")
SLOW = 4 if os.environ.get("FWFS_SAN") else 1


class Mounting:
    """The part of a run that has to do with fwfs itself."""

    def try_mount(self, *options, env=None, wrapper=()):
        """True, or False when fwfs ended; what it says is in fwfs.log."""
        self.mounts += 1
        cache = ("--cache-dir", self.path("cache")) if self.row.cache else (
            "--no-cache",)
        file = f"hard:{self.address:#x}:{self.size}"
        self.fwfs = spawn(
            [*wrapper, f"{BUILD}/fwfs", "-f", "--timeout", self.row.timeout,
             "--attach-timeout", 30, "--segment", file, *cache, *options,
             self.path("tty"), self.mnt],
            self.path(f"fwfs{self.mounts}.log"), env)
        ready = self.path("mnt/.fwfs/status")
        if not wait_for(45 * SLOW, lambda: self.fwfs.poll() is not None or
                        os.path.exists(ready)):
            self.fail("hung: not mounted")
            end(self.fwfs)
        return self.fwfs.poll() is None

    def mount(self, *options, **more):
        if self.try_mount(*options, **more):
            return
        raise Trouble("mounting: exit {}: {}".format(
            self.fwfs.returncode, self.said()))

    def refused(self):
        """It said why and mounted nothing."""
        self.out.refused = True
        if self.fwfs.returncode != 1:
            self.fail(f"fwfs exit {self.fwfs.returncode}: {self.said()}")
        self.fwfs = None

    def said(self):
        said = read_bytes(self.path(f"fwfs{self.mounts}.log"))
        return said.decode(errors="replace").strip()

    def status(self, key):
        for line in self.fwfs_file("status").decode().splitlines():
            if line.startswith(key + ": "):
                return line[len(key) + 2:]
        return ""

    def fwfs_file(self, name):
        content = read_bytes(f"{self.mnt}/.fwfs/{name}")
        raw = RAW.search(content)
        if raw is not None:
            self.fail(f"raw {raw.group()!r} in .fwfs/{name}")
        return content

    def map_marks(self, offset, length):
        """The marks of a range in the ddrescue map."""
        marks = set()
        lines = self.fwfs_file("hard.map").decode().splitlines()
        for line in [x for x in lines if not x.startswith("#")][1:]:
            position, size, mark = line.split()[:3]
            start = int(position, 16)
            if start < offset + length and offset < start + int(size, 16):
                marks.add(mark)
        return marks

    def unconfirmed(self):
        """Whether the map calls bytes rescued that a reader does not get."""
        told = re.search(rb"route: (\d+) of (\d+)", self.fwfs_file("hard.map"))
        return told is not None and told.group(1) != told.group(2)

    def unmount(self, *options, limit=2.0):
        """Unmounts; fwfs must end by itself and well."""
        if self.fwfs is None:
            return
        self._keep_evidence()
        began = time.monotonic()
        peak = memory_peak(self.fwfs.pid)
        if peak > MEMORY_MAX * SLOW:
            self.fail(f"memory: {peak} KiB")
        if unmount(self.mnt, *options) != 0:
            self.fail("umount failed")
        took = time.monotonic() - began
        if took > limit * SLOW:
            self.fail(f"umount took {took:.1f} s")
        self.wait_end(0)

    def wait_end(self, *codes):
        if not wait_for(10 * SLOW, lambda: self.fwfs.poll() is not None):
            self.fail("fwfs does not end")
            self.fwfs.kill()
            self.fwfs.wait()
        elif self.fwfs.returncode not in codes:
            self.fail(f"fwfs ended with {self.fwfs.returncode}: {self.said()}")
        self.fwfs = None
