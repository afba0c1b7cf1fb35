# SPDX-License-Identifier: BSD-2-Clause
"""The boards: fwfs-sim's, and real U-Boot on virtual ones."""

import array
import os
import random
import re
import shutil
import signal
import socket

from content import hard
from processes import Trouble, end, read_bytes, spawn_ready

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(
    __file__))))
BUILD = os.environ.get("FWFS_BUILD", f"{TOP}/build")
os.environ.setdefault("FWFS_DIALECTS", f"{TOP}/src/dialects")
REGION = 8192  # of a virtual board's flash for each seed
REGIONS = 64


class Sim:
    """A board of fwfs-sim, one a run."""

    real = False

    def __init__(self, name, base, *options):
        self.name = name
        self.base = base
        self.options = options
        self.process = None

    def missing(self):
        return None

    def start(self, run, options):
        """Its port."""
        port = run.path("board")
        arguments = [f"{BUILD}/fwfs-sim", *self.options, "--flash",
                     run.path("flash"), "--link", port, "--log",
                     run.path("sim.log"), "--seed", str(run.seed)]
        if "--baud" not in options:
            arguments += ["--baud", "0"]
        self.process = spawn_ready([*arguments, *options], run.path("sim.out"))
        return port

    def make_flash(self, run, rng):
        run.flash = hard(rng, run.size)
        with open(run.path("flash"), "wb") as f:
            f.write(run.flash)
        run.address = self.base

    def signal(self, sig):
        self.process.send_signal(sig)

    def reset(self):
        self.signal(signal.SIGHUP)

    def end(self):
        end(self.process)


class Qemu:
    """Real U-Boot on a virtual board, which stays up for many runs. Each seed
    has a part of the flash of its own."""

    real = True

    def __init__(self, name, program, machine, loader, base, size, swapped):
        self.name = name
        self.program = program
        self.machine = machine
        self.loader = loader
        self.base = base
        self.size = size
        self.swapped = swapped  # the board's bus swaps the bytes of a word
        self.process = None
        self.folder = None  # its own; set by who wants it booted
        self.flash = None

    def missing(self):
        if shutil.which(self.program) is None:
            return f"no {self.program}"
        if not os.path.exists(self.loader):
            return f"no {self.loader} (package u-boot-qemu)"
        return None

    def _make_image(self):
        rng = random.Random(self.name)
        image = bytearray(read_bytes(self.loader))
        image += b"\xff" * (self.size // 2 - len(image))
        image += hard(rng, REGION * REGIONS)
        image += b"\xff" * (self.size - len(image))
        self.flash = bytes(image)
        words = array.array("I", self.flash)
        if self.swapped:
            words.byteswap()
        with open(f"{self.folder}/image", "wb") as f:
            words.tofile(f)

    def is_up(self):
        return self.process is not None and self.process.poll() is None

    def boot(self):
        folder = self.folder
        if self.flash is None:
            os.makedirs(folder)
            self._make_image()
        out = f"{folder}/qemu.out"
        self.process = spawn_ready(
            [self.program, *self.machine, "-drive",
             f"if=pflash,format=raw,snapshot=on,file={folder}/image",
             "-display", "none", "-net", "none", "-serial", "pty",
             "-monitor", f"unix:{folder}/monitor,server=on,wait=off"],
            out, b"/dev/pts/", 30)
        port = re.search(rb"/dev/pts/\d+", read_bytes(out)).group()
        os.symlink(port, f"{folder}/tty.new")
        os.replace(f"{folder}/tty.new", f"{folder}/tty")

    def start(self, run, options):
        if options:
            raise Trouble(f"{self.name} has no options: {options}")
        self.process.send_signal(signal.SIGCONT)
        return f"{self.folder}/tty"

    def make_flash(self, run, rng):
        at = self.size // 2 + run.seed % REGIONS * REGION
        run.size = min(run.size, REGION)
        run.flash = self.flash[at:at + run.size]
        run.address = self.base + at

    def reset(self):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(5)
            s.connect(f"{self.folder}/monitor")
            s.recv(4096)
            s.sendall(b"system_reset\n")
            told = b""
            while b"(qemu)" not in told:
                told += s.recv(4096)

    def end(self):
        """At its prompt it takes all of a processor."""
        if self.is_up():
            self.process.send_signal(signal.SIGSTOP)

    def shut_down(self):
        end(self.process)


def all_boards():
    """By name."""
    boards = (
        Sim("winbond", 0x7F000000, "--loader", "winbond", "--autoboot", "2"),
        Sim("u-boot", 0x9F000000, "--loader", "u-boot", "--format", "new",
            "--autoboot", "1"),
        Sim("no-crc", 0x9F000000, "--loader", "u-boot", "--format", "new",
            "--autoboot", "1", "--without", "crc32"),
        Qemu("malta", "qemu-system-mipsel",
             ["-M", "malta", "-cpu", "24Kf", "-m", "256", "-vga", "none"],
             "/usr/lib/u-boot/maltael/u-boot.bin", 0xBE000000, 4 << 20, True),
        Qemu("arm", "qemu-system-arm",
             ["-M", "virt", "-cpu", "cortex-a15", "-m", "256"],
             "/usr/lib/u-boot/qemu_arm/u-boot.bin", 0, 64 << 20, False),
    )
    return {board.name: board for board in boards}
