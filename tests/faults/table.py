# SPDX-License-Identifier: BSD-2-Clause
"""The faults: a row each."""

from dataclasses import dataclass
from typing import Callable

import scenes
import scenes_host as host

SIMS = ("winbond", "u-boot", "no-crc")
CRC = ("u-boot", "malta", "arm")
REAL = ("malta",)
ALL = SIMS + REAL
EVERY = ALL + ("arm",)


def nothing(_):
    return []


def after_attach(*options):
    """Options of the faulty line; its faults begin when fwfs has mounted."""
    return lambda run: [*options, "--faults-after", str(run.attach_bytes())]


def while_attaching(*options):
    return lambda run: [*options, "--faults-until", str(run.attach_bytes())]


def at_once(*options):
    return lambda run: list(options)


@dataclass(frozen=True)
class Row:
    """A fault. line, sim: its options for fwfs-faultline and fwfs-sim.
    never: an error is a failure, for this fault may only delay."""
    name: str
    boards: tuple = ALL
    line: Callable = nothing
    sim: Callable = nothing
    scene: Callable = scenes.read
    seeds: int = 1000  # at most
    timeout: int = 10
    limit: int = 100  # seconds; then it hangs
    size: int = 0  # of the flash; 0: by the seed
    baud: int = 0
    cache: bool = False
    never: bool = False
    gone: bool = False  # it may be lost for good: "?" in the map will do
    root: bool = False
    timed: bool = True  # a time to compare with the clean one

    def line_options(self, run):
        return self.line(run)

    def sim_options(self, run):
        pace = ["--baud", str(self.baud)] if self.baud else []
        return [*pace, *self.sim(run)]


# Of 8 KiB at least.
PARTS = "nor0:1k(boot),3k(kernel),2k(rootfs),-(data)"
CLEAN = Row("none", EVERY, never=True)


def noise(name, option, boards=ALL, **more):
    return Row(name, boards, after_attach(*option.split()), **more)


def line_rows():
    """Noise of the line, from when the mount is live."""
    rows = [
        noise("1 in 30000 changed", "--flip 30000", EVERY, never=True),
        noise("1 in 5000 changed", "--flip 5000", EVERY, never=True),
        noise("1 in 500 changed", "--flip 500", EVERY, never=True),
        noise("1 in 5000 another", "--replace 5000", never=True),
        noise("1 in 500 another", "--replace 500", EVERY, never=True),
        noise("1 in 5000 lost", "--drop 5000", never=True),
        noise("1 in 500 lost", "--drop 500", EVERY, never=True),
        noise("1 in 5000 doubled", "--double 5000", never=True),
        noise("1 in 500 doubled", "--double 500", EVERY, never=True),
        noise("1 in 500, both ways", "--flip 500 --both", seeds=10,
              never=True),
        noise("all kinds, both ways",
              "--flip 2000 --drop 2000 --double 2000 --control 2000 --both",
              EVERY, never=True),
        noise("row lost", "--lose-line 20", EVERY, never=True),
        noise("row doubled", "--double-line 20", never=True),
        noise("row cut", "--cut-line 20", never=True),
        noise("kernel message between", "--message 10", EVERY, never=True),
        noise("kernel message inside", "--message-inside 20", EVERY,
              never=True),
        noise("pauses of 0.4 s", "--pause 100:400", seeds=10, never=True),
        noise("bursts of garbage", "--burst 50", EVERY, never=True),
        noise("prompt text inside", "--prompt-text 20", EVERY, never=True),
        Row("`bootloader > ` inside", SIMS, after_attach(
            "--prompt-text", "20", "--prompt", "bootloader > "), never=True),
        Row("`: ` inside", ALL, after_attach(
            "--prompt-text", "20", "--prompt", ": "), never=True),
        Row("XON, XOFF, NUL, escapes", EVERY, after_attach("--control", "200"),
            never=True),
        Row("stale input", ALL, at_once(
            "--stale", "\\r\\n9f000000: 00000000 00000000\\r\\n=> cp.b 0 0 4\\x00\\e[1m"),
            never=True),
        Row("cp, 1 in 500 changed", EVERY, after_attach("--flip", "500"),
            scene=scenes.copy, seeds=10, never=True),
        Row("cp, 1 in 500 lost", ALL, after_attach("--drop", "500"),
            scene=scenes.copy, seeds=10, never=True),
        Row("noise while attaching", EVERY, while_attaching("--flip", "500"),
            scene=scenes.attach_too),
        Row("noise in the map", ("u-boot", "no-crc"),
            while_attaching("--flip", "500"),
            lambda run: ["--mtdparts", PARTS], scene=scenes.map_too,
            timed=False),
        Row("pause of 3 s", ALL, lambda run: [
            "--pause-once", f"{run.some_line()}:3000"], seeds=6, never=True),
        Row("pause of 20 s", ALL, lambda run: [
            "--pause-once", f"{run.some_line()}:20000"], seeds=2, timeout=40,
            never=True),
    ]
    return rows


def reset_options(run):
    times = run.rng.choice((1, 1, 2, 3))
    return ["--reset-after", str(run.some_byte()), "--reset-times", str(times)]


def other_options(run):
    run.make_other()
    return ["--flash-after-reset", run.path("other-flash"),
            "--mac-after-reset", "00:00:5e:00:53:77"]


def device_rows():
    """Faults of the device."""
    return [
        Row("reset at any point", SIMS, sim=reset_options, never=True),
        Row("reset, cp", SIMS, sim=reset_options, scene=scenes.copy,
            never=True),
        Row("reset (system_reset)", ("malta", "arm"), seeds=6,
            scene=scenes.board_reset, never=True),
        Row("reset and 1 in 2000 changed", SIMS,
            after_attach("--flip", "2000"), reset_options, gone=True),
        Row("watchdog of 5 s", SIMS, sim=lambda run: ["--watchdog", "5"],
            seeds=4, baud=57600, size=16384, limit=150, never=True),
        Row("watchdog of 15 s", ("u-boot",), sim=lambda run: [
            "--watchdog", "15"], seeds=1, baud=19200, size=16384, limit=150,
            never=True),
        Row("hangs for good", SIMS, sim=lambda run: [
            "--hang-after", str(run.some_byte())], seeds=10, timeout=3,
            scene=scenes.hang_for_good, timed=False),
        Row("another device", SIMS, sim=other_options, seeds=10,
            scene=scenes.other_device, timed=False),
        Row("another, and back", SIMS, sim=lambda run: [
            *other_options(run), "--swap-back"], seeds=4,
            scene=scenes.swapped_back, timed=False),
        Row("crc32 wrong, 1 in 3", ("u-boot",), sim=lambda run: [
            "--crc-wrong", "3"], never=True),
        Row("crc32 always wrong", ("u-boot",), sim=lambda run: [
            "--crc-lies"], never=True),
        Row("crc32 wrong, 1 in 500 changed", ("u-boot",),
            after_attach("--flip", "500"), lambda run: ["--crc-wrong", "5"],
            never=True),
    ]


def cable_rows():
    return [
        Row("cable out and in", ALL, scene=scenes.cable, seeds=10, never=True),
        Row("cable out in a dump", ALL, lambda run: [
            "--pull-after", str(run.some_byte()), "--back-after",
            str(run.rng.choice((1, 300, 2000)))], seeds=10, never=True),
        Row("adapter gone", ALL, scene=scenes.port_gone, seeds=10, timeout=2,
            timed=False),
        Row("adapter gone, and back", ALL, scene=scenes.adapter_back, seeds=5,
            timeout=2, timed=False),
    ]


def host_rows():
    cached = {"cache": True, "timed": False, "size": 16384}
    pending = {"baud": 230400, "size": 8192, "timed": False}
    return [
        Row("disk full", SIMS, scene=host.disk_full, root=True, **cached),
        # The data file has the chip's size at once: refused.
        Row("file size limit", SIMS, scene=host.file_limit, seeds=3,
            **cached),
        Row("cache file truncated", SIMS, scene=host.cache_truncated,
            **cached),
        Row("cache file bits flipped", SIMS, scene=host.cache_flipped,
            **cached),
        Row("state file bits flipped", SIMS, scene=host.cache_state_flipped,
            **cached),
        Row("cache of another version", SIMS, scene=host.cache_other_version,
            seeds=5, **cached),
        # Not of a camera: it says nothing that another one would not.
        Row("cache of another device", ("u-boot", "no-crc"),
            scene=host.cache_of_another, seeds=10, **cached),
        Row("clock set back", SIMS, scene=host.clock_back, seeds=5, **cached),
        Row("kill -9", SIMS, scene=host.kill9, cache=True, **pending),
        Row("SIGTERM", SIMS, scene=host.sigterm, seeds=10, **pending),
        Row("SIGINT", SIMS, scene=host.sigint, seeds=5, **pending),
        Row("umount -f", SIMS, scene=host.umount_force, seeds=10, root=True,
            **pending),
        Row("umount -l", SIMS, scene=host.umount_lazy, seeds=10, **pending),
        Row("SIGSTOP, SIGCONT", SIMS, scene=scenes.stopped, seeds=5,
            timeout=3, baud=230400, size=8192, timed=False, never=True),
    ]


HOSTILE = ("endless", "longline", "endless-map", "longline-map", "escapes",
           "sizes", "sizes-huge", "sizes-zero", "crc")


def hostile_rows():
    return [Row(f"hostile: {kind}", SIMS,
                sim=lambda run, kind=kind: ["--hostile", kind], seeds=2,
                timeout=3, scene=scenes.hostile, timed=False)
            for kind in HOSTILE]


def all_rows():
    return [*line_rows(), *device_rows(), *cable_rows(), *host_rows(),
            *hostile_rows()]
