# SPDX-License-Identifier: BSD-2-Clause
"""One run: a board, a faulty line, a mount, a reader, and what came of it."""

import errno
import os
import random
import shutil
import subprocess
import tempfile
import threading
import time

from boards import BUILD
from mounting import RAW, SLOW, Mounting
from outcome import Outcome
from processes import (Trouble, end, mounted, read_bytes, spawn_ready,
                       unmount)


class Run(Mounting):
    """What a row's scene works with. clean: the outcome of the same board and
    seed without faults, or None."""

    keep = False  # the folder of a good run

    def __init__(self, row, board, seed, clean):
        self.row = row
        self.board = board
        self.seed = seed
        self.clean = clean
        self.rng = random.Random(f"{row.name}/{board.name}/{seed}")
        self.out = Outcome(row.name, board.name, seed)
        self.folder = tempfile.mkdtemp(prefix="run.")
        self.mnt = self.path("mnt")
        self.line = None
        self.fwfs = None
        self.mounts = 0
        self.hung = False
        self.timers = []
        # The same for all rows, so that times can be compared.
        same = random.Random(f"{board.name}/{seed}")
        self.size = row.size or same.choice((8192, 16384))
        self.piece = same.choice((1024, 4096))
        board.make_flash(self, same)
        os.mkdir(self.mnt)

    def path(self, name):
        return os.path.join(self.folder, name)

    # --- the device ---

    def start_device(self, *more):
        """more: options for fwfs-sim."""
        port = self.board.start(self, [*self.row.sim_options(self), *more])
        self.start_line(port)

    def start_line(self, port):
        options = self.row.line_options(self)
        self.line = spawn_ready(
            [f"{BUILD}/fwfs-faultline", "--device", port, "--link",
             self.path("tty"), "--log", self.path("line.log"), "--seed",
             str(self.seed), *options], self.path("line.out"))

    def later(self, seconds, what):
        timer = threading.Timer(seconds, what)
        timer.daemon = True
        timer.start()
        self.timers.append(timer)

    def attach_bytes(self):
        return self.clean.attach_bytes if self.clean else 0

    def some_byte(self, from_attach=True):
        """A number of bytes that the device has sent in the middle."""
        first = self.attach_bytes() if from_attach else 1
        last = max(first + 1, self.clean.total_bytes)
        return self.rng.randint(first + 1, last)

    def some_line(self):
        """A line that the device sends in the middle, about."""
        return self.some_byte() // 65

    def make_other(self):
        """other-flash: what another board has. It differs everywhere, so that
        any byte of it shows."""
        other = bytes(byte ^ self.rng.randrange(1, 256) for byte in self.flash)
        with open(self.path("other-flash"), "wb") as f:
            f.write(other)

    def paced_seconds(self):
        """How long the board talks for all of the file, at the row's speed."""
        talk = self.clean.total_bytes - self.clean.attach_bytes
        return talk * 10 / self.row.baud

    # --- reading ---

    def fail(self, what):
        self.out.failed.append(what)

    def offsets(self):
        return range(0, self.size, self.piece)

    def read(self, offset, allowed=(errno.EIO,), mark=None):
        """Reads a piece: "same", "EIO", "error", or None if it was wrong."""
        want = self.flash[offset:offset + self.piece]
        self.out.pieces += 1
        try:
            fd = os.open(self.mnt + "/hard", os.O_RDONLY)
            try:
                got = os.pread(fd, self.piece, offset)
            finally:
                os.close(fd)
        except OSError as e:
            return self._note_error(e, offset, allowed, mark)
        if got == want:
            return "same"
        at = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b),
                  len(got))
        self.out.wrong.append(
            f"{len(got)} bytes at {offset:#x}, from {offset + at:#x} on: "
            f"{got[at:at + 16].hex()} not {want[at:at + 16].hex()}")
        return None

    def _note_error(self, e, offset, allowed, mark):
        if e.errno not in allowed:
            if not self.hung:
                self.fail(f"error at {offset:#x}: {os.strerror(e.errno)}")
            return "error"
        self.out.eio += 1
        if self.row.never:
            self._keep_evidence(True)
        if mark is None:
            mark = "-?" if self.row.gone else "-"
        if e.errno == errno.EIO and mark:
            page = offset // 4096 * 4096
            marks = self.map_marks(page, 4096)
            if "?" in mark and marks == {"+"} and self.unconfirmed():
                self.out.notes.append("EIO for what is + and unconfirmed")
            elif not marks & set(mark):
                self.fail(f"EIO at {offset:#x} is {marks} in the map")
        return "EIO"

    def count_bytes(self):
        """Of the line, from the start of the mount on."""
        try:
            return int(self.status("line_bytes_received"))
        except (OSError, ValueError):
            return 0

    def read_all(self, before=None, **how):
        """All pieces, in order; before(index) is called before each."""
        self.out.attach_bytes = self.count_bytes()
        began = time.monotonic()
        results = []
        for i, offset in enumerate(self.offsets()):
            if before is not None:
                before(i)
            results.append(self.read(offset, **how))
        self.out.seconds = time.monotonic() - began
        self.out.total_bytes = self.count_bytes()
        return results

    def copy(self):
        """cp: exit status 0 means identical."""
        self.out.attach_bytes = self.count_bytes()
        began = time.monotonic()
        copied = subprocess.run(
            ["cp", self.mnt + "/hard", self.path("copy")],
            stderr=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"})
        self.out.seconds = time.monotonic() - began
        self.out.total_bytes = self.count_bytes()
        self.out.pieces += 1
        got = read_bytes(self.path("copy"))
        if copied.returncode == 0 and got != self.flash:
            self.out.wrong.append("cp: exit 0 and a wrong copy")
        if copied.returncode != 0 and not self.flash.startswith(got):
            self.out.wrong.append("cp: what it copied before the error")
        if copied.returncode != 0:
            self.out.eio += 1
            if b"Input/output error" not in copied.stderr:
                self.fail(f"cp: {copied.stderr.decode()}")
        return copied.returncode

    # --- the whole ---

    def perform(self, limit):
        """The row's scene, watched; then nothing is left."""
        watch = threading.Timer(limit * SLOW, self._too_long)
        watch.daemon = True
        watch.start()
        try:
            self.row.scene(self)
        except Trouble as e:
            self.fail(str(e))
        except Exception as e:  # a run that dies must not end the others
            self.fail(f"{type(e).__name__}: {e}")
        finally:
            self._look_back()
            self._clean_up()
            watch.cancel()
        if not self.out.bad() and not self.keep:
            shutil.rmtree(self.folder)
        else:
            self.out.folder = self.folder
        return self.out

    def _too_long(self):
        self._keep_evidence(True)
        self.hung = True
        self.fail("hung")
        if self.fwfs is not None:
            self.fwfs.kill()

    def _look_back(self):
        if self.row.never and self.out.eio:
            self.fail(f"{self.out.eio} EIO although it should only delay")
        for n in range(1, self.mounts + 1):
            said = read_bytes(self.path(f"fwfs{n}.log"))
            raw = RAW.search(said)
            if raw is not None:
                self.fail(f"raw {raw.group()!r} in a message")
            if b"anitizer" in said or b"runtime error" in said:
                self.fail("a sanitizer complained")

    def _clean_up(self):
        for timer in self.timers:
            timer.cancel()
        if self.fwfs is not None:
            self._keep_evidence()
            end(self.fwfs)
        for point in reversed(mounted(self.mnt)):
            unmount(point, "-l")
        end(self.line)
        self.board.end()

    def _keep_evidence(self, hung=False):
        if not (self.out.bad() or self.keep or hung) or self.hung:
            return
        for name in ("status", "transcript", "hard.map"):
            with open(self.path(name), "wb") as f:
                try:
                    f.write(read_bytes(f"{self.mnt}/.fwfs/{name}"))
                except OSError:
                    pass
