# SPDX-License-Identifier: BSD-2-Clause
"""What happens in a run: the scenes that need only a line and a board."""

import errno
import os
import signal
import time

from processes import end

GONE = {"mark": "-?"}


def read(run):
    """Without faults, too, for comparison."""
    run.start_device()
    run.mount()
    run.read_all()
    run.unmount()


def copy(run):
    run.start_device()
    run.mount()
    if run.copy() != 0:
        marks = run.map_marks(0, run.size)
        if "-" not in marks:
            run.fail(f"cp failed, the map has {marks}")
    run.unmount()


def read_in_time(run, seconds):
    """Whether all can be read, at last."""
    end_at = time.monotonic() + seconds
    while time.monotonic() < end_at:
        if set(run.read_all(**GONE)) == {"same"}:
            return True
        time.sleep(1)
    return False


def map_too(run):
    """Names and sizes are told by the device, too: a file that is there has
    the bytes that belong to its name."""
    attach_too(run, map_check)


def map_check(run):
    parts = {"boot": (0, 1024), "kernel": (1024, 4096), "rootfs": (4096, 6144),
             "data": (6144, run.size), "flash.bin": (0, run.size)}
    names = [n for n in os.listdir(run.mnt) if n not in (".fwfs", "hard")]
    for name in names:
        if name not in parts:
            run.out.wrong.append(f"a file {name!r}")
            continue
        start, end_at = parts[name]
        with open(f"{run.mnt}/{name}", "rb") as f:
            try:
                got = f.read()
            except OSError:
                continue
        if got != run.flash[start:end_at]:
            run.out.wrong.append(f"{name}: {len(got)} bytes, not those of "
                                 f"{start:#x} to {end_at:#x}")
    run.out.notes += [f"no {name}" for name in parts if name not in names]


def attach_too(run, check=None):
    """Faults from the first byte on: fwfs may refuse to mount."""
    run.start_device()
    if not run.try_mount():
        run.refused()
        return
    if check is not None:
        check(run)
    run.read_all()
    run.unmount()


def _cached_and_gone(run, results):
    """The device is gone: what came can be read, the rest is EIO in time."""
    for offset, before in zip(run.offsets(), results):
        if before != "same":
            continue
        began = time.monotonic()
        if run.read(offset, **GONE) != "same":
            run.fail(f"{offset:#x} was read before and is not there any more")
        if time.monotonic() - began > 1:
            run.fail("what is cached took over a second")
    run.unmount()


def _read_until_gone(run, event, at):
    """Reads; event() before piece `at`. Stops a little after the first EIO,
    which must come within the time-out."""
    results = []
    for i, offset in enumerate(run.offsets()):
        if i == at:
            event()
        began = time.monotonic()
        results.append(run.read(offset, **GONE))
        took = time.monotonic() - began
        if results[-1] == "EIO":
            if took > run.row.timeout + 4:
                run.fail(f"EIO after {took:.1f} s")
            break
    return results


def hang_for_good(run):
    run.start_device()
    run.mount()
    results = _read_until_gone(run, lambda: None, -1)
    if "EIO" not in results and run.status("line") != "idle":
        run.fail("all was read, and the line is not idle")
    _cached_and_gone(run, results)


def port_gone(run):
    """The adapter is pulled and does not come back."""
    run.start_device()
    run.mount()
    at = run.rng.randrange(len(run.offsets()))
    results = _read_until_gone(run, lambda: end(run.line), at)
    _cached_and_gone(run, results)


def cable(run):
    """Out and in again between two pieces, a little later each time."""
    run.start_device()
    run.mount()
    at = run.rng.randrange(len(run.offsets()))

    def pull(i):
        if i == at:
            run.line.send_signal(signal.SIGUSR1)
            time.sleep(run.rng.choice((0.05, 0.5, 1.5)))
            run.line.send_signal(signal.SIGUSR2)

    run.read_all(pull)
    run.unmount()


def adapter_back(run):
    """The adapter goes for longer than the time-out; what failed meanwhile is
    there when it is back."""
    run.start_device()
    run.mount()
    port = run.path("board") if not run.board.real else run.board.folder + "/tty"
    at = run.rng.randrange(len(run.offsets()))
    _read_until_gone(run, lambda: end(run.line), at)
    run.start_line(port)
    if not read_in_time(run, 20):
        run.fail("not read although the adapter is back")
    run.unmount()


def board_reset(run):
    """A virtual board's reset line, at any time."""
    run.start_device()
    run.mount()
    at = run.rng.randrange(len(run.offsets()))
    run.read_all(lambda i: run.board.reset() if i == at else None)
    run.unmount()


def other_device(run):
    """After a reset another one answers: none of its bytes are given. Of the
    first one something is known by then: a camera tells no more of itself."""
    run.start_device()
    run.mount()
    at = run.rng.randrange(1, len(run.offsets()))
    results = run.read_all(
        lambda i: run.board.signal(signal.SIGHUP) if i == at else None, **GONE)
    if "EIO" not in results[at:] and at < len(results) - 1:
        run.out.notes.append(f"no EIO after {at}: {results}")
    run.unmount()


def swapped_back(run):
    """The right one is back after a second reset: the read goes on."""
    other_device_at = run.rng.randrange(1, len(run.offsets()))
    run.start_device()
    run.mount()

    def swap(i):
        if i == other_device_at:
            run.board.signal(signal.SIGHUP)

    run.read_all(swap, **GONE)
    run.board.signal(signal.SIGHUP)
    if not read_in_time(run, 25):
        run.fail("the right device is back and not all can be read")
    run.unmount()


def hostile(run):
    """Out to do harm: fwfs may refuse; what it mounts may be unreadable."""
    run.start_device()
    if not run.try_mount():
        run.refused()
        return
    for offset in list(run.offsets())[:2]:
        run.read(offset, allowed=(errno.EIO,), mark="-?")
    for name in ("transcript", "segments", "status.json"):
        run.fwfs_file(name)
    run.unmount()


def stopped(run):
    """SIGSTOP for longer than the time-out, SIGCONT: no EIO."""
    run.start_device()
    run.mount()
    at = run.rng.randrange(len(run.offsets()))

    def stop(i):
        if i == at:
            time.sleep(run.rng.random() / 50)
            run.fwfs.send_signal(signal.SIGSTOP)
            run.later(run.row.timeout + 2,
                      lambda: run.fwfs.send_signal(signal.SIGCONT))

    if "EIO" in run.read_all(stop):
        run.fail("EIO after SIGCONT")
    run.unmount()
