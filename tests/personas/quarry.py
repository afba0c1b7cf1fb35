# SPDX-License-Identifier: BSD-2-Clause
"""A console that nobody has: made up to see whether a text file is enough.

Prompt `[quarry 17]~> ` whose number counts commands; numbers are decimal, also
those of `show mem ADDRESS,BYTES`; eight big-endian words a row between bars:

    @1048576 | 0A1B2C3D 00000000 ... |

`show parts` lists `boot: from 0 to 65535 (code)`, `sum ADDRESS,BYTES` a CRC-32.
Any key stops its countdown.
"""

import zlib

from base import BadAddress, KB, Persona


class Quarry(Persona):
    autoboot = 2.0
    after_interrupt = "\n"

    base = 1 << 20
    count = 16

    def map_memory(self):
        self.memory.map(self.base, self.flash)

    def banner(self):
        self.say(f"\nQUARRY monitor 7, {len(self.flash) // KB} KB at 1048576\n")
        self.say("Starting in 2 seconds, touch any key to stay here\n")

    def execute(self, line):
        words = line.split(" ", 1)
        if line == "show parts":
            self.parts()
        elif line == "show id":
            self.say("unit Q-000451\n")
        elif line.startswith("show mem "):
            self.at_range(line[9:], self.show)
        elif words[0] == "sum" and len(words) == 2:
            self.at_range(words[1], self.sum)
        else:
            self.say(f"what is {line}?\n")

    @property
    def prompt(self):
        self.count += 1
        return f"[quarry {self.count}]~> "

    def start(self):
        self.say("\n")

    def safe(self, line):
        return line.startswith(("show ", "sum "))

    def at_range(self, text, then):
        numbers = text.split(",")
        if len(numbers) != 2 or not all(n.isdecimal() for n in numbers):
            self.say("what range?\n")
            return
        try:
            then(*(int(n) for n in numbers))
        except BadAddress:
            self.say("nothing is there\n")

    def show(self, at, length):
        for row in range(at, at + length, 32):
            data = self.memory.read(row, 32)
            words = " ".join(data[i:i + 4].hex().upper()
                             for i in range(0, 32, 4))
            self.row(f"@{row} | {words} |\n")

    def sum(self, at, length):
        self.say(f"= {zlib.crc32(self.memory.read(at, length)):08x}\n")

    def parts(self):
        size = len(self.flash)
        half = size // 2
        self.say(f"boot: from 0 to {half - 1} (code)\n"
                 f"data: from {half} to {size - 1} (rest)\n")


PERSONA = Quarry
