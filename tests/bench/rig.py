# SPDX-License-Identifier: BSD-2-Clause
"""One measurement's board, line, mount and files, in a folder of its own."""

import json
import os
import subprocess
import tempfile
import time
from collections import namedtuple

from processes import (Trouble, end, mounted, read_bytes, spawn, spawn_ready,
                       unmount)

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(
    __file__))))
BUILD = os.environ.get("FWFS_BUILD", f"{TOP}/build")
DIALECTS = f"{TOP}/src/dialects"
os.environ.setdefault("FWFS_DIALECTS", DIALECTS)

SUM_RATE = 8 << 20  # bytes a second
COPY_LIMIT = 3600  # seconds; a copy that takes longer hangs
TICKS = os.sysconf("SC_CLK_TCK")

# Of a copy: seconds by the clock, seconds of processor that fwfs took,
# characters that the line brought, and rows that had to be asked for again.
Copy = namedtuple("Copy", "seconds processor characters retries")


class Wrong(Exception):
    """A copy is not what is in the flash."""


class Rig:
    """Use it with `with`: all that it started ends with it."""

    def __init__(self, name):
        self.folder = tempfile.mkdtemp(prefix=f"{name}-".replace("/", "-"))
        self.mnt = self.path("mnt")
        os.mkdir(self.mnt)
        self.board = self.faulty = self.fwfs = None
        self.image = b""
        self.baud = 115200

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for point in reversed(mounted(self.folder)):
            unmount(point)
        for process in (self.fwfs, self.faulty, self.board):
            end(process)
        for point in reversed(mounted(self.folder)):
            unmount(point, "-l")
        subprocess.run(["rm", "-rf", self.folder], check=False)

    def path(self, name):
        return f"{self.folder}/{name}"

    def write(self, name, content):
        with open(self.path(name), "wb") as f:
            f.write(content)
        return self.path(name)

    # --- the device ---

    def flash(self, image):
        """What the next board has in its flash, and copies must be."""
        self.image = image
        self.write("flash", image)

    def start(self, loader, baud, latency=0, medium="--flash"):
        """A board at the port: fwfs-sim with these options. U-Boot's crc32
        takes the time that it takes on a slow board."""
        wait = ["--latency", latency] if latency else []
        self.baud = baud or 115200
        self.board = spawn_ready(
            [f"{BUILD}/fwfs-sim", *loader, medium, self.path("flash"),
             "--sum-rate", SUM_RATE,
             "--baud", baud, *wait, "--link", self.path("tty"),
             "--log", self.path("sim.log")], self.path("sim.out"))

    def start_persona(self, name, baud):
        """A boot loader that fwfs-sim does not play."""
        self.board = spawn_ready(
            [f"{TOP}/tests/personas/persona", name, "--flash",
             self.path("flash"), "--baud", baud, "--link", self.path("tty"),
             "--log", self.path("sim.log")], self.path("sim.out"))

    def stop(self):
        end(self.board)
        self.board = None

    def insert_faults(self, *options):
        """A faulty line between the board that runs and the port."""
        os.rename(self.path("tty"), self.path("board"))
        self.faulty = spawn_ready(
            [f"{BUILD}/fwfs-faultline", "--device", self.path("board"),
             "--link", self.path("tty"), *options],
            self.path("faultline.out"))

    # --- fwfs ---

    def mount(self, *options, cache=None, device=None):
        """Until the mount can be used; how many seconds that took."""
        kept = ["--cache-dir", self.path(cache)] if cache else ["--no-cache"]
        if "--offline" not in options:
            kept += ["-b", self.baud]
        else:
            kept = []
        began = time.monotonic()
        self.fwfs = spawn(
            [f"{BUILD}/fwfs", "-f", *kept, *options,
             device or self.path("tty"), self.mnt], self.path("fwfs.out"))
        while not os.path.exists(f"{self.mnt}/.fwfs/status"):
            if self.fwfs.poll() is not None or time.monotonic() > began + 60:
                raise Trouble(f"fwfs {' '.join(map(str, options))}: " +
                              read_bytes(self.path("fwfs.out")).decode())
            time.sleep(0.001)
        return time.monotonic() - began

    def unmount(self):
        unmount(self.mnt)
        try:
            self.fwfs.wait(30)
        except subprocess.TimeoutExpired:
            raise Trouble("fwfs does not end after umount") from None
        if self.fwfs.returncode != 0:
            raise Trouble(f"fwfs ended with {self.fwfs.returncode}: " +
                          read_bytes(self.path("fwfs.out")).decode())
        self.fwfs = None

    def status(self):
        return json.loads(read_bytes(f"{self.mnt}/.fwfs/status.json"))

    def known(self, name="flash.bin"):
        """Bytes of a file that fwfs knows."""
        return next(file["known"] for file in self.status()["files"]
                    if file["name"] == name)

    def processor(self):
        """Seconds of processor that fwfs has taken."""
        with open(f"/proc/{self.fwfs.pid}/stat", encoding="ascii") as f:
            fields = f.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_peak(self):
        """KiB."""
        for line in read_bytes(f"/proc/{self.fwfs.pid}/status").splitlines():
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1])
        return 0

    # --- copies ---

    def begin_copy(self, name="flash.bin"):
        return spawn(["cp", f"{self.mnt}/{name}", self.path("copy")],
                     self.path("cp.out"))

    def end_copy(self, process):
        """Its end, and what it wrote: all of the flash."""
        if process.wait(COPY_LIMIT) != 0:
            raise Trouble("cp: " + read_bytes(self.path("cp.out")).decode() +
                          self.status()["last_error"])
        self.compare(read_bytes(self.path("copy")), self.image)

    def copy(self, name="flash.bin"):
        """cp, timed from its first read on (its start is 2 ms)."""
        before = self.status()["line_bytes_received"]
        processor = self.processor()
        began = time.monotonic()
        process = self.begin_copy(name)
        process.wait(COPY_LIMIT)
        seconds = time.monotonic() - began
        status = self.status()
        took = Copy(seconds, self.processor() - processor,
                    status["line_bytes_received"] - before, status["retries"])
        self.end_copy(process)
        return took

    def compare(self, got, wanted):
        if got == wanted:
            return
        at = next((i for i, (a, b) in enumerate(zip(got, wanted)) if a != b),
                  min(len(got), len(wanted)))
        raise Wrong(f"{len(got)} bytes of {len(wanted)}, wrong at {at:#x}")
