# SPDX-License-Identifier: BSD-2-Clause
"""Rows: what is not moved, because it is known otherwise."""

import subprocess
import time

from contents import K, M, half_blank, noise, sibling
from figures import Figure
from formats import FORMATS, U_BOOT
from jobs import Settings, job
from plot import Curve
from processes import Trouble
from rig import BUILD, Rig
from rows_line import conditions

MD_L = FORMATS["md.l"]


def watched_copy(rig, title, interval):
    """A copy; its seconds, and how many bytes were known when."""
    curve = Curve(title)
    began = time.monotonic()
    process = rig.begin_copy()
    while process.poll() is None:
        curve.add(time.monotonic() - began, rig.known())
        time.sleep(interval)
    seconds = time.monotonic() - began
    curve.add(seconds, rig.known())
    rig.end_copy(process)
    return seconds, curve


def take(image, title, interval, *options, reference=None):
    """Seconds, curve, and the status at the end."""
    with Rig("known") as rig:
        rig.flash(image)
        rig.start(U_BOOT, 115200, 16)
        if reference is not None:
            options += ("--reference", rig.write("reference", reference))
        rig.mount("-o", "verify=auto", *options)
        seconds, curve = watched_copy(rig, title, interval)
        status = rig.status()
        rig.unmount()
    return seconds, curve, status


def changed(image, full, block, told):
    """A sibling of which 1 % of the blocks are others, anywhere: figure and
    curve."""
    seconds, curve, status = take(image, "sibling, 1 % changed", 0.1,
                                  reference=sibling(image, 1, block, block))
    return Figure(
        f"known-sibling-{block}", "1 % of the blocks differ from "
        "--reference, times the full copy", seconds / full, at_most=0.04,
        conditions=f"{told}, blocks of {block} bytes",
        note=f"{seconds:.1f} s, {status['device_bytes_read']} bytes moved, "
             f"{status['checksums']} questions"), curve


@job("known", 1, seconds=620)
def known():
    """1 MiB by some ways; the plot is made of this."""
    size = Settings.scaled(M)
    image = noise(size, "known")
    told = conditions(115200, 16, size, "md.l, crc32, verify=auto")
    full, curve, _ = take(image, "sequential", 1)
    half, half_curve, _ = take(half_blank(size, "known"), "half blank", 0.5)
    small, _ = changed(image, full, 512, told)
    other, other_curve = changed(image, full, 1024, told)
    Curve.write(f"{BUILD}/bench-known.dat", curve, half_curve, other_curve)
    return [
        Figure("known-sequential", "md.l with crc32, share of the limit",
               MD_L.limit(size, 115200) / full, conditions=told,
               note=f"{full:.0f} s"),
        Figure("known-half-blank", "half-blank image, times the full one",
               half / full, at_most=0.53, conditions=told,
               note=f"{half:.0f} s"),
        small, other]


@job("half-blank", 1, seconds=160)
def half():
    size = Settings.scaled(256 * K)
    full, _, _ = take(noise(size, "full"), "", 1)
    blank, _, _ = take(half_blank(size, "full"), "", 1)
    return [Figure("half-blank", "half-blank image with crc32, times the full "
                   "one", blank / full, at_most=0.53,
                   conditions=conditions(115200, 16, size, "md.l, crc32, "
                                         "verify=auto"),
                   note=f"{blank:.1f} s, {full:.1f} s")]


@job("revalidate", 1, seconds=60)
def revalidate():
    """All is known from an earlier mount, on a line that is not paced."""
    size = Settings.scaled(16 * M)
    with Rig("revalidate") as rig:
        rig.flash(noise(size, "revalidate"))
        rig.start(U_BOOT, 0)
        rig.mount(cache="cache")
        rig.copy()
        rig.unmount()
        rig.stop()
        rig.start(U_BOOT, 115200, 16)
        rig.mount(cache="cache")
        before = rig.status()["line_bytes_received"]
        began = time.monotonic()
        verify = subprocess.run(
            [f"{BUILD}/fwfs", "--verify", rig.mnt], timeout=600,
            capture_output=True, check=False)
        seconds = time.monotonic() - began
        if verify.returncode != 0:
            raise Trouble(f"--verify: {verify.stderr.decode()}")
        line = (rig.status()["line_bytes_received"] - before) / 11520
        began = time.monotonic()
        rig.copy()
        copied = time.monotonic() - began
        rig.unmount()
    return [Figure("revalidate", f"a cache of {size // M} MiB compared with "
                   "the device", seconds, "s", at_most=10,
                   conditions=conditions(115200, 16, size, "crc32"),
                   note=f"{line:.1f} s of it characters; cp then "
                        f"{copied:.2f} s")]
