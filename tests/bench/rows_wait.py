# SPDX-License-Identifier: BSD-2-Clause
"""Rows: how long somebody waits for little."""

import os
import random
import statistics
import subprocess
import time

from contents import SMALL, K, M, noise, squashfs
from figures import Figure
from formats import U_BOOT, WINBOND
from jobs import Settings, job
from processes import Trouble, read_bytes, spawn, unmount
from rig import BUILD, Rig
from rows_line import conditions

READS = 10
PAUSE = 1.5  # seconds of prefetch between two


def image_path():
    return f"{BUILD}/bench-squashfs-{Settings.scaled(16 * M, M) // K}"


def make_image():
    squashfs(image_path(), Settings.scaled(16 * M, M))


def first_file(name, *command):
    """A small file of a squashfs that command mounts."""
    row = f"first-file-{name}"

    @job(row, 1, seconds=90, prepare=make_image)
    def run():
        small, wanted = SMALL
        image = read_bytes(image_path())
        with Rig("first") as rig:
            rig.flash(image.ljust((len(image) | 0xffff) + 1, b"\xff"))
            rig.start(U_BOOT, 115200, 16)
            rig.mount()
            root = rig.path("mounted")
            os.mkdir(root)
            before = rig.status()["device_bytes_read"]
            began = time.monotonic()
            done = subprocess.run([*command, f"{rig.mnt}/flash.bin", root],
                                  capture_output=True, check=False,
                                  timeout=600)
            if done.returncode != 0:
                raise Trouble(f"{command[0]}: {done.stderr.decode()}")
            # By cat: this process must not hang in the kernel.
            cat = spawn(["cat", f"{root}/{small}"], rig.path("small"))
            cat.wait(600)
            seconds = time.monotonic() - began
            read = rig.status()["device_bytes_read"] - before
            rig.compare(read_bytes(rig.path("small")), wanted)
            unmount(root)
            rig.unmount()
        return [Figure(row, f"first small file of a squashfs, {name}",
                       seconds, "s",
                       conditions=conditions(115200, 16, len(image),
                                             "md.l, xz, blocks of 128 KiB"),
                       note=f"{read} bytes fetched")]


if os.geteuid() == 0:
    first_file("loop", "mount", "-t", "squashfs", "-o", "loop,ro")
first_file("squashfuse", "squashfuse")


def foreground(name, board, baud, limit=None):
    """Reads of 1 KiB elsewhere while everything is being prefetched."""
    row = f"foreground-{name}-{baud}"

    @job(row, 1 if baud <= 115200 else 2, seconds=40)
    def run():
        size = 4 * M
        times = []
        with Rig("foreground") as rig:
            rig.flash(noise(size, row))
            rig.start(board, baud, 16)
            rig.mount("-o", "prefetch")
            time.sleep(2 * PAUSE)
            rng = random.Random(row)
            file = os.open(f"{rig.mnt}/flash.bin", os.O_RDONLY)
            for _ in range(READS):
                # Not where prefetch has been, nor where it soon comes.
                at = rng.randrange(M, size - K)
                began = time.monotonic()
                got = os.pread(file, K, at)
                times.append(time.monotonic() - began)
                rig.compare(got, rig.image[at:at + K])
                time.sleep(PAUSE * rng.uniform(0.7, 1.3))
            os.close(file)
            known = rig.known() - READS * K
            rig.unmount()
        if known < 16 * K:
            raise Trouble(f"nothing was prefetched: {known} bytes known")
        told = conditions(baud, 16, size, f"{READS} reads, verify=auto")
        return [Figure(f"{row}-median", "1 KiB read during prefetch, median",
                       statistics.median(times), "s", conditions=told,
                       note=f"{known // K} KiB came in the pauses"),
                Figure(f"{row}-worst", "the same, worst", max(times), "s",
                       at_most=limit, conditions=told)]


foreground("u-boot", U_BOOT, 115200, 1.0)
foreground("u-boot", U_BOOT, 921600)
foreground("winbond", WINBOND, 115200)
