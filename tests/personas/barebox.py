# SPDX-License-Identifier: BSD-2-Clause
"""barebox: `md -s /dev/nor0 START+SIZE`, `devinfo`, checksums of files.

--set board=NAME is in the prompt; --set unreadable=0xOFFSET+LEN of the flash
shows as `xx`; memory that does not exist, too. UNCONFIRMED in the reference
and chosen here: `.` in the ASCII column for such cells; a file ends where it
ends, silently; the texts for a missing file and a wrong command; md without
a unit is -l.
"""

import hashlib
import re
import zlib

from base import (BadAddress, FAILED, KB, MB, Persona, Reset, cells,
                  printable)
from layout import split

UNITS = {"-b": 1, "-w": 2, "-l": 4, "-q": 8}
SUMS = ("md5sum", "sha1sum", "sha256sum")
SCALE = {"": 1, "k": KB, "m": MB, "g": 1024 * MB}
LONGEST = 16 * MB
NUMBER = r"(0x[0-9a-fA-F]+|\d+)([kKmMgG]?)"


def region(text):
    """(start, size) of START+SIZE, START-END or START; None if it is none."""
    match = re.fullmatch(f"{NUMBER}(?:([+-]){NUMBER})?", text)
    if not match:
        return None
    start = int(match[1], 0) * SCALE[match[2].lower()]
    if not match[3]:
        return start, 0x100
    size = int(match[4], 0) * SCALE[match[5].lower()]
    return start, size if match[3] == "+" else size - start + 1


def human(size):
    """A size as devinfo shows it, ten wide."""
    for unit, name in ((1 << 30, "GiB"), (MB, "MiB"), (KB, "KiB")):
        if size >= unit:
            amount = size / unit
            return f"{amount:.0f} {name}".rjust(10) if size % unit == 0 \
                else f"{amount:.1f} {name}".rjust(10)
    return f"{size} Bytes".rjust(10)


class Barebox(Persona):
    settings = {"board": "Tern i.MX35 module", "unreadable": "", "mac":
                "02:d1:6c:00:4e:19", "shell": "simple"}  # or hush
    after_interrupt = "<INTERRUPT>\n"
    danger = "erase /dev/nor0.kernel"
    recall = "\x10"
    arrows = True
    forgotten = False  # the last line
    readonly = ("md", "devinfo", "crc32", "help", "version", "echo", *SUMS)
    pair = True
    flash_base = 0xA0000000
    noise_lines = ("eth0: 100Mbps full duplex link detected\n",
                   "mci0: detected card removal\n")
    autoboot = 3.0

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        board = self.chosen["board"]
        self.prompt = f"barebox@{board}:/ " if board else "barebox:/ "

    def map_memory(self):
        super().map_memory()
        self.memory.map(self.flash_base, self.flash)
        hole = region(self.chosen["unreadable"])
        self.holes = range(hole[0], sum(hole)) if hole else range(0)
        self.parts = split(len(self.flash), (
            ("barebox", 1), ("bareboxenv", 1), ("kernel", 8),
            ("rootfs", None)))

    def banner(self):
        self.say("\n\nbarebox 2016.03.0 #2 Thu Apr 7 10:26:52 CEST 2016\n\n\n"
                 f"Board: {self.chosen['board']}\n"
                 f"cfi_flash: {self.flash_base:08x}.flash: found flash\n"
                 "malloc space: 0x87000000 -> 0x87efffff "
                 "(size 15 MiB)\nrunning /env/bin/init...\n\n")

    def stopped(self):
        seconds = max(1, round(self.autoboot))
        self.say(f"Hit any key to stop autoboot: {seconds:2}")
        for left in range(seconds, 0, -1):
            if self.key_within(self.autoboot / seconds) is not None:
                self.say("\n")
                return True
            self.say(f"\b\b{left - 1:2}")
        self.say("\n")
        return False

    def start(self):
        self.say("\ntype exit to get to the menu\n")

    def repeated(self, line):
        """The simple shell runs the last line again, whatever it was."""
        known = self.history and not self.forgotten
        if line or not known or self.chosen["shell"] == "hush":
            return None
        return self.history[-1][0]

    def empty(self):
        """Of blanks, too: it is a command that fails."""
        self.forgotten = True

    def failed_line(self, line):
        """It is not run again."""
        self.forgotten = True

    def execute(self, line):
        self.forgotten = False
        words = line.split()
        name = words[0]
        if name == "md":
            self.display(words[1:])
        elif name == "crc32":
            self.crc32(words[1:])
        elif name in SUMS:
            self.digest(name, words[1:])
        elif name == "devinfo":
            self.devices()
        elif name == "echo":
            self.say(" ".join(words[1:]).replace(
                "$nor0.partitions", self.partitions()) + "\n")
        elif name == "version":
            self.say("\nbarebox 2016.03.0 #2 Thu Apr 7 10:26:52 CEST 2016\n")
        elif name in ("boot", "bootm", "go"):
            self.boot_system()
        elif name == "reset":
            raise Reset
        elif name not in ("mw", "cp", "erase", "rm", "saveenv", "protect",
                          "unprotect", "memset", "loady", "help"):
            self.say(f"{name}: No such file or directory\n")
            return FAILED
        if name == "erase":
            self.erase_file(words[1:])
        return None

    def erase_file(self, words):
        """A file below /dev becomes blank."""
        for name, start, size in self.devinfo_rows():
            if words[:1] == [f"/dev/{name}"]:
                self.change_flash(start, b"\xff" * size)

    # Files: what is there, and their bytes (None: unreadable).

    def devinfo_rows(self):
        """(file, offset, size) below the flash and the RAM."""
        return [("nor0", 0, len(self.flash))] + [
            (f"nor0.{name}", start, size)
            for name, start, size in self.parts]

    def partitions(self):
        return ",".join(f"{size >> 10}k({name})"
                        for name, _, size in self.parts)

    def byte_at(self, at):
        """Of /dev/mem; None if there is none."""
        try:
            return self.memory.read(at, 1)[0]
        except BadAddress:
            return None

    def physical(self, start, size):
        """Bytes of /dev/mem, None for those which cannot be read."""
        size = min(size, LONGEST)
        try:
            found = list(self.memory.read(start, size))
        except BadAddress:
            found = [self.byte_at(start + i) for i in range(size)]
        for at in self.holes:
            if 0 <= self.flash_base + at - start < size:
                found[self.flash_base + at - start] = None
        return found

    def content(self, file, start, size):
        """Bytes and None; None for no such file."""
        if file == "/dev/mem":
            return self.physical(start, size)
        files = {f"/dev/{name}": (self.flash_base + offset, length)
                 for name, offset, length in self.devinfo_rows()}
        files["/dev/ram0"] = (self.ram_base, self.ram_size)
        if file not in files:
            self.say(f"{file}: No such file or directory\n")
            return None
        base, length = files[file]
        size = max(0, min(size, length - start))
        return self.physical(base + start, size)

    # Commands.

    def display(self, words):
        """md [-b|-w|-l|-q] [-x] [-s FILE] REGION"""
        unit, swap, file = 4, False, "/dev/mem"
        while words and words[0].startswith("-"):
            option = words.pop(0)
            unit = UNITS.get(option, unit)
            swap = swap or option == "-x"
            if option == "-s" and words:
                file = words.pop(0)
        area = region(words[0]) if words else (0, 0x100)
        if not area:
            self.say("md: bad region\n")
            return
        content = self.content(file, *area) or []
        for i in range(0, len(content), 16):
            if self.wire.poll() == 3:
                return
            self.line(area[0] + i, content[i:i + 16], unit, swap)

    def line(self, at, content, unit, swap):
        found = [content[i:i + unit] for i in range(0, len(content), unit)]
        order = "big" if swap else "little"
        shown = ["x" * 2 * unit if None in cell else cells(
            bytes(cell), unit, order, "x") for cell in found]
        half = 8 // unit
        gap = "  " if unit < 4 else " "
        text = " " + " ".join(shown[:half])
        if shown[half:]:
            text += gap + " ".join(shown[half:])
        ascii_part = "".join(
            "." if byte is None else printable([byte]) for byte in content)
        self.row(f"{at:08x}:{text}".ljust(61) + ascii_part + "\n")

    def readable(self, file, area):
        """Bytes for a checksum; None after an error."""
        content = self.content(file, *area)
        if content is not None and None in content:
            self.say("read: Bad address\n")
            return None
        return content if content is None else bytes(content)

    def crc32(self, words):
        file = "/dev/mem"
        if words[:1] == ["-f"] and len(words) > 1:
            file = words[1]
            words = words[2:]
        area = region(words[0]) if words else (0, 1 << 62)
        data = area and self.readable(file, area)
        if data is not None:
            self.say(f"CRC32 for {file} 0x{area[0]:08x} ... "
                     f"0x{area[0] + len(data) - 1:08x} ==> "
                     f"0x{zlib.crc32(data):08x}\n")

    def digest(self, name, words):
        area = region(words[1]) if words[1:] else (0, 1 << 62)
        data = words and area and self.readable(words[0], area)
        if data or data == b"":
            total = hashlib.new(name[:-3], data).hexdigest()
            end = area[0] + len(data)
            self.say(f"{total}  {words[0]}\t"
                     f"0x{area[0]:08x} ... 0x{end:08x}\n")

    def devices(self):
        def tail(name, start, size):
            self.say(f"       `-- 0x{start:08x}-0x{start + size - 1:08x} "
                     f"({human(size)}): /dev/{name}\n")
        self.say(" `-- mem0\n    `-- ram0\n")
        tail("ram0", 0, self.ram_size)
        self.say(f" `-- {self.flash_base:08x}.flash\n    `-- nor0\n")
        for row in self.devinfo_rows():
            tail(*row)
        self.say(" `-- 50038000.fec\n    `-- eth0\n")


PERSONA = Barebox
