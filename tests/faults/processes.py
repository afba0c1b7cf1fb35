# SPDX-License-Identifier: BSD-2-Clause
"""Processes of a run: they end with it, whatever happens."""

import os
import signal
import subprocess
import time


class Trouble(Exception):
    """The test itself does not work."""


def wait_for(seconds, ready):
    """Whether ready() was true before so many seconds had gone."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def spawn(arguments, out, env=None):
    """Starts a program that is killed with this process; out: a file for what
    it says."""
    with open(out, "wb") as f:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *map(str, arguments)],
            stdin=subprocess.DEVNULL, stdout=f, stderr=f, env=env)


def read_bytes(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


def spawn_ready(arguments, out, word=b"ready", seconds=10):
    """The same, once the program has said word."""
    process = spawn(arguments, out)
    if wait_for(seconds, lambda: word in read_bytes(out) or
                process.poll() is not None) and process.poll() is None:
        return process
    end(process)
    raise Trouble(f"{arguments[0]}: {read_bytes(out).decode(errors='replace')}")


def end(process, sig=signal.SIGTERM):
    """Asks, waits, insists."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGCONT)
    process.send_signal(sig)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def memory_peak(pid):
    """KiB, or 0."""
    for line in read_bytes(f"/proc/{pid}/status").splitlines():
        if line.startswith(b"VmHWM:"):
            return int(line.split()[1])
    return 0


def mounted(path):
    """Mount points at or below path."""
    found = []
    for line in read_bytes("/proc/self/mountinfo").decode().splitlines():
        point = line.split()[4]
        if point == path or point.startswith(path + "/"):
            found.append(point)
    return found


def unmount(path, *options):
    """umount(8) or what a user has; its exit status."""
    command = ["umount", *options, path]
    if os.geteuid() != 0:
        flags = "-uz" if "-l" in options else "-u"
        command = ["fusermount3", flags, path]
    return subprocess.run(command, stderr=subprocess.DEVNULL,
                          timeout=20).returncode
