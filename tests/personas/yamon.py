# SPDX-License-Identifier: BSD-2-Clause
"""YAMON: `dump` with hex numbers, `cksum`, Ctrl-C between rows.

UNCONFIRMED in the reference and chosen here: the texts of the error lines
but for their `Error : `, `Diag  : `, `Hint  : ` heads; both addresses in the
line of cksum (--set cksum=one: one); the ASCII column of words in memory
order on a little-endian board; -m (a pager) is not offered.
"""

import re

from base import BadAddress, Persona, cells, printable
from layout import posix_cksum

UNITS = {"-8": 1, "-16": 2, "-32": 4}


def value(text):
    """A number: hex, or after 0x, 16/, 10/, 8/; None if it is none."""
    base, digits = 16, text.lower()
    if digits.startswith("0x"):
        digits = digits[2:]
    elif match := re.match("(16|10|8)/", digits):
        base, digits = int(match[1]), digits[match.end():]
    try:
        return int(digits, base) if digits.isalnum() else None
    except ValueError:
        return None


class Yamon(Persona):
    settings = {"prompt": "YAMON", "endian": "big", "cksum": "both",
                "serial": "0000000417"}
    readonly = ("dump", "cksum", "help", "info", "?", ".")
    pair = True
    after_interrupt = "\n"
    danger = "erase be000000 10000"
    recall = "\x10"
    arrows = True
    flash_base = 0xBE000000
    noise_lines = ("Ethernet: link up, 100 Mbps\n", "PCI: SERR#\n")

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.prompt = self.chosen["prompt"] + "> "

    def map_memory(self):
        self.last, self.dot = None, False
        super().map_memory()
        self.memory.map(self.ram_base + 0x20000000, self.ram)
        for base in (self.flash_base, self.flash_base - 0x20000000):
            self.memory.map(base, self.flash)

    def banner(self):
        self.say("\nYAMON ROM Monitor, Revision 02.21.\n\n"
                 "For a list of available commands, type 'help'.\n\n"
                 "Compilation time =              Jun  3 2009  15:20:11\n"
                 f"Board S/N =                     {self.chosen['serial']}\n"
                 "Processor endianness =          "
                 f"{self.chosen['endian'].capitalize()}\n\n"
                 "Environment variable 'start' exists. After "
                 f"{max(1, round(self.autoboot))} seconds\n"
                 "it will be interpreted as a YAMON command and executed.\n"
                 "Press Ctrl-C to bypass this.\n")

    def stopped(self):
        return self.key_within(self.autoboot, self.interrupt) is not None

    def start(self):
        self.say("\n")

    def empty(self):
        self.say("\n")

    def repeated(self, line):
        """A dot runs the last line again; dump then goes on."""
        self.dot = line.strip() == "." and bool(self.history)
        return self.history[-1][0] if self.dot else None

    def execute(self, line):
        words = line.split()
        name = words[0].lower()
        if name == "dump":
            self.dump(words[1:])
        elif name == ".":
            self.say("\n")
        elif name == "cksum":
            self.checksum([value(word) for word in words[1:]])
        elif name in ("help", "?"):
            self.say("\n? . cksum copy disk dump edit erase fill go help info "
                     "load set\n\n")
        elif name == "info":
            self.say(f"\nBoard S/N = {self.chosen['serial']}\n"
                     f"Flash memory size = {len(self.flash) >> 20} MByte\n\n")
        elif name == "go":
            self.boot_system()
        elif name not in ("copy", "disk", "edit", "erase", "fill", "load",
                          "set", "test", "flush", "port", "reset", "stat"):
            self.failed("Unknown command", f"'{words[0]}' is no command",
                        "Use 'help' to list the commands")

    def failed(self, error, diag, hint):
        self.say(f"Error : {error}\nDiag  : {diag}\nHint  : {hint}\n")

    def reaches(self, at, size):
        """Is it all memory? Says so if not."""
        try:
            self.memory.read(at, size)
        except BadAddress as bad:
            self.failed("Invalid address",
                        f"Address 0x{bad.at:08x} is not mapped",
                        "Address range = 0x80000000 - 0xbfffffff")
            return False
        return True

    def dump(self, words):
        unit = 1
        while words and words[0] in UNITS:
            unit = UNITS[words.pop(0)]
        values = [value(word) for word in words]
        if self.dot and self.last:
            unit, *values = self.last
        if not 0 < len(values) < 3 or None in values:
            self.failed("Syntax error", "Address or size is not understood",
                        "dump [-8|-16|-32] <address> [<size>]")
            return
        at, size = (values + [0x100])[:2]
        if not self.reaches(at, size):
            return
        self.last = (unit, at + size, size)
        self.say("\n")
        for here in range(at, at + size, 16):
            if self.wire.poll() == 3:
                break
            self.line(here, min(16, at + size - here), unit)
        self.say("\n")

    def line(self, at, size, unit):
        data = self.memory.read(at, size)
        text = cells(data, unit, self.chosen["endian"])
        column = {1: 59, 2: 51, 4: 47}[unit]
        self.row(f"{at:08X}: {text}".ljust(column)
                 + printable(data, low=0x21) + "\n")

    def checksum(self, values):
        if len(values) != 2 or None in values:
            self.failed("Syntax error", "Address or size is not understood",
                        "cksum <address> <size>")
        elif self.reaches(*values):
            at, size = values
            total = posix_cksum(self.memory.read(at, size))
            area = f"0x{at:08x}"
            if self.chosen["cksum"] == "both":
                area += f"..0x{at + size - 1:08x}"
            self.say(f"cksum of memory area {area} = 0x{total:08x} "
                     f"(10'{total})\n")


PERSONA = Yamon
