# SPDX-License-Identifier: BSD-2-Clause
"""For the self-tests of personas: runs one, talks to its tty, prints TAP."""

import os
import random
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import tty

HERE = os.path.dirname(os.path.abspath(__file__))
KB = 1024


def flash_image(size):
    """Noise, erased parts, text with prompts and separators in it."""
    content = bytearray(random.Random(5).randbytes(size))
    content[0x200:0x300] = b"\xff" * 0x100
    text = (b"CFE> RedBoot> <RealTek> bldr> Adam2_AR7RD > BOLT> "
            b"| - : . * [|] \x7f\x00 -- 0x12345678: 00 11 22 | \xe4\xf6")
    content[0x80:0x80 + len(text)] = text
    return bytes(content)


class Tap:
    """Counts checks and prints them."""

    def __init__(self):
        self.count = self.failed = 0

    def check(self, good, name, detail=""):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        if not good and detail:
            for line in str(detail)[-1500:].splitlines()[-15:]:
                print("# " + ascii(line))
        return good

    def equal(self, got, want, name):
        return self.check(got == want, name, f"got {got!r}\nwant {want!r}")

    def finish(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failed or not self.count else 0)


class Device:
    """A persona in a process of its own, and this end of its line."""

    def __init__(self, name, flash, prompt, *options):
        self.folder = tempfile.TemporaryDirectory()
        self.tty = os.path.join(self.folder.name, "tty")
        self.log_path = os.path.join(self.folder.name, "log")
        path = os.path.join(self.folder.name, "flash")
        with open(path, "wb") as file:
            file.write(flash)
        self.prompt = prompt
        self.process = subprocess.Popen(
            [os.path.join(HERE, "persona"), name, "--flash", path, "--link",
             self.tty, "--log", self.log_path, *options],
            stdout=subprocess.PIPE, text=True)
        self.ready = self.process.stdout.readline()
        self.fd = -1
        self.open()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
        self.folder.cleanup()

    def end(self):
        """SIGTERM; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(10)
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
        self.process.stdout.close()
        return status

    def open(self):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = os.open(self.tty, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd)

    def reset(self):
        self.process.send_signal(signal.SIGHUP)

    def send(self, text):
        os.write(self.fd, text.encode("latin-1"))

    def until(self, pattern, seconds=5.0):
        """All that came, up to a match of the regular expression."""
        got, end = "", time.monotonic() + seconds
        wanted = re.compile(pattern + r"\Z", re.S)
        while not wanted.search(got):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise TimeoutError(f"no {pattern!r}: {got[-300:]!r}")
            got += os.read(self.fd, 1).decode("latin-1")
        return got

    def rest(self, seconds=0.15):
        """What comes until it is quiet for so long."""
        got = ""
        while select.select([self.fd], [], [], seconds)[0]:
            got += os.read(self.fd, 4096).decode("latin-1")
        return got

    def at_prompt(self):
        return r"(?:^|[\r\n])" + re.escape(self.prompt)

    def run(self, line, enter="\r"):
        """The answer to a command, without its echo and the prompt."""
        self.send(line + enter)
        got = self.until(r"[\r\n]" + re.escape(self.prompt))
        got = got[:-len(self.prompt)]
        if not got.startswith(line):
            raise ValueError(f"echo of {line!r}: {got[:80]!r}")
        return got[len(line):]

    def log(self):
        with open(self.log_path, encoding="ascii") as file:
            return file.read().splitlines()

    def dangers(self):
        return [line[7:] for line in self.log() if line.startswith("DANGER ")]


def rows(text, pattern, size=1, order="big"):
    """Address -> bytes of all rows; `pattern` has groups address, cells.

    Cells are taken by their count of digits, whatever separates them.
    """
    found = {}
    for match in re.finditer("(?m)^" + pattern, text.replace("\r", "\n")):
        digits = re.sub(r"[^0-9A-Fa-f]", "", match[2])
        data = bytes.fromhex(digits)
        if order == "little":
            data = b"".join(data[i:i + size][::-1]
                            for i in range(0, len(data), size))
        found[int(match[1], 16)] = data
    return found


def joined(found, start):
    """The bytes of rows that follow one another without a gap."""
    content = b""
    for at in sorted(found):
        if at != start + len(content):
            return None
        content += found[at]
    return content
