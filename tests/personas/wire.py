# SPDX-License-Identifier: BSD-2-Clause
"""The device's end of a serial line: a pty, pacing, a FIFO, signals."""

import collections
import os
import select
import signal
import time
import tty

FIFO_MAX = 16
STALL = 1.0  # s until output that nobody reads is lost
AHEAD = 0.002  # s by which output may run ahead of its pace


class Reset(Exception):
    """The device starts anew: SIGHUP, or a persona that resets itself."""


class Quit(Exception):
    """SIGTERM or SIGINT."""


class Wire:
    """Bytes in and out, in the device's own time `clock` when paced.

    Not paced (baud 0), input is taken when the persona asks for it, and what
    came while a command printed is settled by settle(). Paced, each byte has
    a time of arrival, and is lost if the FIFO is full then.
    """

    def __init__(self, baud, log):
        self.log = log
        self.char_time = 10 / baud if baud else 0.0
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.link = None
        self.stalled = False
        self.pending = None  # exception which a signal asks for
        self.wake, write_end = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGHUP, lambda *_: self._ask(Reset))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._ask(Quit))
        self.clear()

    def _ask(self, event):
        if self.pending is not Quit:
            self.pending = event

    def publish(self, link):
        """Make `link` a symbolic link to the pty, in one step."""
        temp = f"{link}.{os.getpid()}"
        os.symlink(os.ttyname(self.slave), temp)
        os.replace(temp, link)
        self.link = link

    def close(self):
        name = os.ttyname(self.slave)
        try:
            if self.link and os.readlink(self.link) == name:
                os.unlink(self.link)
        except OSError:
            pass

    def clear(self):
        """Forget what arrived or is on its way."""
        self.fifo = collections.deque()
        self.arriving = collections.deque()  # (time, byte)
        self.in_free = self.clock = time.monotonic()
        while self._read(4096):
            pass

    def check(self):
        """Raise what a signal asked for."""
        event, self.pending = self.pending, None
        if event:
            raise event

    def _read(self, size):
        try:
            return os.read(self.master, size)
        except BlockingIOError:
            return b""

    def _wait(self, seconds, readers=(), writers=()):
        """Sleep until one of the files is ready; signals raise."""
        self.check()
        if seconds is not None:
            seconds = max(0.0, seconds)
        ready = select.select([self.wake, *readers], writers, [], seconds)
        if self.wake in ready[0]:
            os.read(self.wake, 512)
        self.check()
        return self.master in ready[0] or self.master in ready[1]

    def _pull(self):
        """Paced: give what the host wrote its times of arrival."""
        now = time.monotonic()
        for byte in self._read(4096):
            self.in_free = max(self.in_free, now) + self.char_time
            self.arriving.append((self.in_free, byte))
        while self.arriving and self.arriving[0][0] <= self.clock:
            self._admit(self.arriving.popleft()[1])

    def _admit(self, byte):
        if len(self.fifo) < FIFO_MAX:
            self.fifo.append(byte)
        else:
            self.log("overrun")

    def _write(self, data):
        while data:
            self.check()
            try:
                data = data[os.write(self.master, data):]
                self.stalled = False
            except BlockingIOError:
                if self.stalled or not self._wait(STALL, (), [self.master]):
                    self.stalled = True
                    return

    def put(self, data):
        """Send bytes."""
        if not self.char_time:
            self._write(data)
            return
        step = max(1, int(0.01 / self.char_time))
        self.clock = max(self.clock, time.monotonic() - AHEAD)
        for at in range(0, len(data), step):
            part = data[at:at + step]
            self._write(part)
            self.clock += len(part) * self.char_time
            while self.clock - time.monotonic() > AHEAD:
                self._wait(self.clock - time.monotonic())
            self._pull()

    def settle(self, keep=FIFO_MAX):
        """A command is done: of what was typed meanwhile `keep` bytes stay."""
        if self.char_time:
            self._pull()
        else:
            while data := self._read(4096):
                for byte in data:
                    self._admit(byte)
        while len(self.fifo) > keep:
            self.fifo.pop()

    def get(self, seconds=None):
        """The next byte; None if there is none for so long."""
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            self.check()
            if self.char_time:
                self._pull()
            if self.fifo:
                return self.fifo.popleft()
            if self.arriving:
                self.clock = max(self.clock, self.arriving[0][0])
                while (left := self.clock - time.monotonic()) > 0:
                    self._wait(left)
                continue
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return None
            if self._wait(left, [self.master]):
                self._arrived()

    def poll(self):
        """The next byte if it is there already, else None."""
        self.check()
        if self.char_time:
            self._pull()
        elif not self.fifo:
            self.fifo.extend(self._read(1))
        return self.fifo.popleft() if self.fifo else None

    def _arrived(self):
        if self.char_time:
            self.clock = max(self.clock, time.monotonic())
            self._pull()
        elif data := self._read(1):
            self.fifo.append(data[0])

    def sleep(self, seconds):
        """Do nothing for a while; input gathers."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._wait(left)
        self.clock = max(self.clock, time.monotonic())
        if self.char_time:
            self._pull()

    def deaf(self):
        """Read and ignore everything until a signal."""
        while True:
            self._wait(None, [self.master])
            self._read(4096)
