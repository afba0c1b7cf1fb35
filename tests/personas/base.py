# SPDX-License-Identifier: BSD-2-Clause
"""What all personas share: memory, line editor, countdown, log, noise.

A persona is a module NAME.py (`-` in the name is `_` in the file's) with a
subclass of Persona named PERSONA. It sets the class attributes below, and has
banner(), start() and execute(line); see those.
"""

import random
import time

from wire import Quit, Reset, Wire  # noqa: F401  (personas import them here)

KB = 1024
MB = 1024 * KB


FAILED = object()  # what execute() may return


class BadAddress(Exception):
    """There is no memory; `at` is the first such address."""

    def __init__(self, at):
        super().__init__(hex(at))
        self.at = at


def printable(data, low=0x20, high=0x7E, other="."):
    """An ASCII column: `low`..`high` as they are."""
    return "".join(chr(b) if low <= b <= high else other for b in data)


def cells(data, size=1, order="big", form="X", sep=" "):
    """Cells of `size` bytes, joined; `form` X or x: upper, lower case."""
    return sep.join(
        format(int.from_bytes(data[i:i + size], order), f"0{2 * size}{form}")
        for i in range(0, len(data), size)
    )


def number(text, base):
    """As most loaders read it: `base`, or 16 after 0x; None if it is none."""
    try:
        if text[:2].lower() == "0x":
            return int(text[2:], 16)
        return int(text, base) if text.isalnum() else None
    except ValueError:
        return None


def noise_bytes(seed, size):
    """`size` bytes that follow from `seed`."""
    block = random.Random(seed).randbytes(65521)
    return bytearray((block * (size // len(block) + 1))[:size])


class Memory:
    """Windows of address space onto buffers."""

    def __init__(self):
        self.windows = []

    def map(self, base, data, size=None):
        """`data` shows at `base`, repeating through `size` bytes."""
        self.windows.append((base, size or len(data), data))

    def find(self, at):
        for base, size, data in self.windows:
            if base <= at < base + size:
                return base, size, data
        raise BadAddress(at)

    def read(self, at, length):
        """Bytes; BadAddress if any of them is nowhere."""
        found = bytearray()
        while length > 0:
            base, size, data = self.find(at)
            start = (at - base) % len(data)
            part = data[start:start + min(length, base + size - at)]
            found += part
            at += len(part)
            length -= len(part)
        return bytes(found)

    def write(self, at, content):
        """Into one bytearray; BadAddress if there is none."""
        base, _, data = self.find(at)
        start = at - base
        if isinstance(data, bytes) or start + len(content) > len(data):
            raise BadAddress(at)
        data[start:start + len(content)] = content


class Persona:
    """One loader at one serial port."""

    settings = {}  # what --set knows, with the defaults (strings)
    prompt = "> "
    eol = "\r\n"  # what "\n" becomes in say()
    enter = "\r\n"  # bytes that end a line, each by itself
    pair = False  # the second of CR LF or LF CR is dropped
    erase = "\b\x7f"  # keys; "" has none
    kill = "\x15"
    interrupt = "\x03"
    echo = True
    rubout = "\b \b"  # echo of an erase
    after_interrupt = "^C\n"  # echo, then the prompt again
    danger = ""  # the worst that somebody may have typed before
    recall = ""  # keys that bring older lines back
    arrows = False  # ESC [ A does so, too, and ESC swallows what follows
    line_max = 256
    typeahead = 16  # bytes kept while a command prints
    readonly = ()  # first words of the commands that change nothing
    ram_base = 0x80000000
    ram_size = 16 * MB
    autoboot = 2.0  # s, --set countdown=S
    noise_lines = ("[   42.170335] eth0: link up, 100Mbps, full-duplex\n",)

    def __init__(self, flash, line, log, ram_size=None, noise=0, chosen=None,
                 before=None):
        self.flash = flash
        self.wire = line
        self.log = log
        self.noise = noise
        self.rows = self.noises = self.boots = 0
        self.chosen = {**self.settings, **(chosen or {})}
        self.autoboot = float(self.chosen.get("countdown", self.autoboot))
        if ram_size:
            self.ram_size = ram_size
        self.last_enter = ""
        self.before = self.danger if before is None else before
        self.history = []  # lines, and who typed them: (line, foreign)
        self.power_up()

    # What a persona defines.

    def power_up(self):
        """New RAM contents and the memory map; called at each start."""
        self.boots += 1
        self.memory = Memory()
        self.ram = noise_bytes(self.boots, self.ram_size)
        self.map_memory()

    def map_memory(self):
        """self.memory.map(...) of self.flash (bytes) and self.ram."""
        self.memory.map(self.ram_base, self.ram)

    def banner(self):
        """What comes at power-on, before the countdown."""

    def stopped(self):
        """The countdown; is the start interrupted? Use self.key_within()."""
        return self.key_within(self.autoboot) is not None

    def start(self):
        """Between the interrupted countdown and the first prompt."""

    def execute(self, line):
        """Run one command line, not empty. It failed: FAILED."""
        raise NotImplementedError

    def empty(self):
        """An empty line came, and nothing is repeated."""

    def repeated(self, line):
        """The line that this one, empty or not, runs again; None: it is one
        as any other."""
        return None

    def safe(self, line):
        """Does this line, not empty, change nothing outside of RAM?"""
        return line.split()[0].lower() in self.readonly

    # Services.

    def change_flash(self, offset, content):
        """New bytes in the flash, never in its file."""
        flash = bytearray(self.flash)
        flash[offset:offset + len(content)] = content
        self.flash = bytes(flash)
        self.log(f"changed {offset:#x} {len(content):#x}")
        self.memory = Memory()
        self.map_memory()

    def say(self, text):
        """Print; "\n" is the persona's line end, other bytes as latin-1."""
        self.wire.put(text.replace("\n", self.eol).encode("latin-1"))

    def row(self, text):
        """Print a row of a dump, with noise where --noise wants it."""
        self.rows += 1
        if self.noise and self.rows % self.noise == 0:
            text = self.disturbed(text)
        self.say(text)

    def disturbed(self, text):
        """A row with noise: a line before it, or --set noise=prefix|split."""
        line = self.noise_lines[self.noises % len(self.noise_lines)]
        self.noises += 1
        how = self.chosen.get("noise", "line")
        if how == "prefix":
            return line.rstrip("\n") + " " + text
        half = len(text) // 2 if how == "split" else 0
        return text[:half] + line + text[half:]

    def key_within(self, seconds, keys=None):
        """The first byte (one of `keys`, text) in so many seconds or None."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            key = self.wire.get(left)
            if key is not None and (keys is None or chr(key) in keys):
                return key
        return None

    def read_line(self, prompt):
        """Print the prompt, edit a line; None after an interrupt."""
        self.say(prompt)
        text, older = "", 0
        while True:
            key = chr(self.wire.get())
            if key in self.enter:
                if not self._second_of_pair(key):
                    self._echo("\n")
                    return text
                continue
            self.last_enter = ""
            if self.arrows and key == "\x1b":
                key = self._arrow()
            if not key:
                continue
            if self.interrupt and key in self.interrupt:
                self.say(self.after_interrupt)
                return None
            if self.recall and key in self.recall:
                text, older = self._recalled(text, older), older + 1
            else:
                text = self._edited(text, key)

    def _arrow(self):
        """The key that an ESC sequence stands for; "" for none."""
        if chr(self.wire.get()) != "[":
            return ""
        return self.recall[:1] if chr(self.wire.get()) == "A" else ""

    def _recalled(self, text, older):
        """An older line in place of this one; the bell if there is none."""
        if older >= len(self.history):
            self._echo("\a")
            return text
        line = self.history[-1 - older][0]
        self._echo(self.rubout * len(text) + line)
        return line

    def _second_of_pair(self, key):
        if self.pair and self.last_enter and key != self.last_enter:
            self.last_enter = ""
            return True
        self.last_enter = key
        return False

    def _edited(self, text, key):
        if self.erase and key in self.erase:
            if text:
                self._echo(self.rubout)
            return text[:-1]
        if self.kill and key in self.kill:
            self._echo(self.rubout * len(text))
            return ""
        if len(text) >= self.line_max:
            self._echo("\a")
            return text
        if self.echo:
            self.wire.put(self.shown(key).encode("latin-1"))
        return text + key

    def shown(self, key):
        """What is echoed for a key as it is; control characters are, too."""
        return key

    def _echo(self, text):
        if self.echo:
            self.say(text)

    def dead(self):
        """The machine hangs until SIGHUP."""
        self.log("dead")
        self.wire.deaf()

    def boot_system(self):
        """Nobody stopped it: a kernel starts, which does not listen."""
        self.log("booted")
        for text in (
            "Starting kernel ...\n\n",
            "[    0.000000] Linux version 4.4.60 (build@host) #1\n",
            "[    0.000000] Kernel command line: console=ttyS0\n",
            "[    1.482113] VFS: Mounted root (squashfs) readonly.\n",
            "[    3.905820] init: Console is alive\n",
        ):
            self.say(text)
        self.wire.deaf()

    # The loops.

    def command(self, line):
        """Log a line and run it, or another in its place."""
        self.log("cmd " + line)
        again = self.repeated(line)
        if again is not None:
            self._run(again)
        elif not line.strip():
            self.empty()
        else:
            self._run(line)
        self.wire.settle(self.typeahead)

    def _run(self, line):
        foreign = (line, True) in self.history
        if foreign:
            self.log("FOREIGN " + line)
        if not self.safe(line):
            self.log("DANGER " + line)
        if not self.history or self.history[-1][0] != line:
            self.history.append((line, foreign))
        if self.execute(line) is FAILED:
            self.failed_line(line)

    def failed_line(self, line):
        """A line has failed: is it forgotten?"""

    def power_on(self):
        """Banner, countdown, and the system unless someone stops it."""
        self.power_up()
        self.banner()
        if not self.stopped():
            self.boot_system()
        self.start()
        self.wire.settle(self.typeahead)

    def monitor(self):
        """Prompt and commands, for ever."""
        while True:
            line = self.read_line(self.prompt)
            if line is not None:
                self.command(line)

    def at_prompt(self):
        """Stands at its prompt, which was printed long ago."""
        line = self.read_line("")
        if line is not None:
            self.command(line)

    def run(self, starting):
        """Until SIGTERM."""
        while True:
            try:
                self.history = []
                if starting:
                    self.power_on()
                else:
                    if self.before:
                        self.history = [(self.before, True)]
                    self.at_prompt()
                self.monitor()
            except Reset:
                self.log("reset")
                self.wire.clear()
                starting = True
            except Quit:
                return
