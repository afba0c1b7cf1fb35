# SPDX-License-Identifier: BSD-2-Clause
"""Rows: how near to the limit of the line a sequential copy comes."""

import os
import subprocess
import sys

from boards import Qemu
from contents import K, M, noise
from formats import (FORMATS, U_BOOT, U_BOOT_BASE, WINBOND, WINBOND_BASE,
                     Format)
from figures import Figure
from jobs import Settings, job
from rig import DIALECTS, TOP, Rig
from processes import Trouble, read_bytes

SIZES = {115200: 256 * K, 921600: M}
LANES_OF = {115200: 1, 921600: 2}
# What is to be reached on a line with an adapter of 16 ms, one reading.
AT_LEAST = {("md.l", 115200): 0.98, ("md.q", 115200): 0.98,
            ("saves", 115200): 0.97,
            ("md.l", 921600): 0.95, ("md.q", 921600): 0.95,
            ("saves", 921600): 0.95}


def conditions(baud, latency, size, *more):
    return ", ".join([f"{baud} baud", f"{latency} ms adapter",
                      f"{size // K} KiB", *more])


def speed(copy, size):
    said = (f"{size / copy.seconds:.0f} B/s, "
            f"{copy.characters / size:.2f} characters a byte")
    # A machine that is too busy to keep the line filled, or a fault.
    return said + (f", {copy.retries} retries" if copy.retries else "")


def measure(name, baud, latency, verify, *options):
    """The copy, and its figure without a target."""
    form = FORMATS[name]
    size = Settings.scaled(SIZES[baud])
    with Rig(name) as rig:
        rig.flash(noise(size, name))
        rig.start(form.board, baud, latency)
        rig.mount("-o", f"verify={verify}", *options)
        copy = rig.copy()
        rig.unmount()
    share = form.limit(size, baud) / copy.seconds
    return copy, Figure(f"{name}-{baud}-{latency}ms-{verify}",
                        f"{name}, sequential, share of the limit", share,
                        conditions=conditions(baud, latency, size,
                                              f"verify={verify}"),
                        note=speed(copy, size))


def declare_copy(name, baud, latency, verify):
    row = f"{name}-{baud}-{latency}ms-{verify}"

    @job(row, LANES_OF[baud])
    def run():
        copy, figure = measure(name, baud, latency, verify)
        figures = [figure]
        if verify == "rows" and latency:
            figure.at_least = AT_LEAST.get((name, baud))
            figures.append(Figure(
                f"{row}-cpu", f"processor that fwfs takes, {name}",
                100 * copy.processor / copy.seconds, "%",
                conditions=figure.conditions))
        if verify == "auto" and name == "d-s":
            figure.note += "; read twice, there is no checksum"
        return figures


for _baud in (115200, 921600):
    for _name in FORMATS:
        for _latency in (0, 16):
            declare_copy(_name, _baud, _latency, "rows")
        declare_copy(_name, _baud, 16, "auto")


# An adapter of 1 ms, as FTDI's are where their driver takes ASYNC_LOW_LATENCY.
for _baud in (115200, 921600):
    declare_copy("d-s", _baud, 1, "rows")


def old_way(row, loader, base, command, limit):
    """256 bytes a command, over when nothing came for 0.1 s."""
    @job(row, 1)
    def run():
        size = Settings.scaled(32 * K)
        with Rig("old") as rig:
            rig.flash(noise(size, row))
            rig.start(loader, 115200, 16)
            out = rig.path("copy")
            done = subprocess.run(
                [sys.executable, f"{TOP}/tests/bench/oldway.py",
                 rig.path("tty"), command, hex(base), str(size), out],
                capture_output=True, check=False, timeout=600)
            if done.returncode != 0:
                raise Trouble(f"oldway: {done.stderr.decode()}")
            rig.compare(read_bytes(out), rig.image)
        seconds = float(done.stdout)
        return [Figure(row, "256 bytes a command, 0.1 s silence, share of the "
                       f"limit of {limit.name}",
                       limit.limit(size, 115200) / seconds,
                       conditions=conditions(115200, 16, size,
                                             command.format(base)),
                       note=f"{size / seconds:.0f} B/s")]


old_way("old-way-md.b", U_BOOT, U_BOOT_BASE, "md.b {:x} 100",
        FORMATS["md.l"])
old_way("old-way-d-s", WINBOND, WINBOND_BASE, "d -s 0x{:X}", FORMATS["d-s"])


@job("noise", 1)
def noisy():
    """Faults on a line that is otherwise as in md.l-115200-16ms-auto."""
    size = Settings.scaled(SIZES[115200])
    seconds = {}
    for flip in (0, 5000):
        with Rig("noise") as rig:
            rig.flash(noise(size, "noise"))
            rig.start(U_BOOT, 115200, 16)
            rig.insert_faults("--quiet-until", "crc32 for",
                              *(["--flip", flip] if flip else []))
            rig.mount("-o", "verify=auto")
            seconds[flip] = rig.copy().seconds
            bad = rig.status()["rows_bad"] + rig.status()["rows_lost"]
            rig.unmount()
    return [Figure("noise", "1 of 5000 characters wrong, times the clean copy",
                   seconds[5000] / seconds[0],
                   conditions=conditions(115200, 16, size, "md.l, verify=auto"),
                   note=f"{seconds[5000]:.0f} s, {bad} rows came damaged")]


@job("redboot-115200", 1)
def redboot():
    """S-records of a persona; there is no adapter before it."""
    form = Format("S-records", (), 48, 16)
    size = Settings.scaled(SIZES[115200])
    with Rig("redboot") as rig:
        rig.flash(noise(size, "redboot"))
        rig.start_persona("redboot", 115200)
        rig.mount("-o", "verify=rows")
        copy = rig.copy()
        rig.unmount()
    return [Figure("redboot-115200", "RedBoot's dump -s, share of the limit",
                   form.limit(size, 115200) / copy.seconds,
                   conditions=conditions(115200, 0, size, "verify=rows"),
                   note=speed(copy, size))]


class NoiseBoard(Qemu):
    """Its flash has, behind U-Boot, what the other rows have in theirs."""

    def _make_image(self):
        image = read_bytes(self.loader).ljust(self.size // 2, b"\xff")
        image += noise(Settings.scaled(SIZES[115200]), "real")
        self.flash = image.ljust(self.size, b"\xff")
        with open(f"{self.folder}/image", "wb") as f:
            f.write(self.flash)


@job("real-u-boot", 3)
def real():
    """U-Boot on a virtual board, the line paced before it. QEMU takes a
    processor."""
    size = Settings.scaled(SIZES[115200])
    board = NoiseBoard("arm", "qemu-system-arm",
                       ["-M", "virt", "-cpu", "cortex-a15", "-m", "256"],
                       "/usr/lib/u-boot/qemu_arm/u-boot.bin", 0, 64 * M, False)
    if board.missing():
        raise Trouble(board.missing())
    with Rig("real") as rig:
        board.folder = rig.path("qemu")
        board.boot()
        try:
            at = board.size // 2
            rig.image = board.flash[at:at + size]
            os.symlink(f"{board.folder}/tty", rig.path("tty"))
            rig.insert_faults("--baud", 115200)
            rig.mount("-o", "verify=rows", "-s",
                      f"bench:{board.base + at:#x}:{size}")
            copy = rig.copy("bench")
            rig.unmount()
        finally:
            board.shut_down()
    return [Figure("real-u-boot", "U-Boot 2023.01 under QEMU, md.l, share of "
                   "the limit", FORMATS["md.l"].limit(size, 115200) /
                   copy.seconds,
                   conditions=conditions(115200, 0, size, "verify=rows"),
                   note=speed(copy, size))]
