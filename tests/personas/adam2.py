# SPDX-License-Identifier: BSD-2-Clause
"""ADAM2: dm shows 128 bytes as little-endian words; map in printenv."""

from base import KB, MB, BadAddress, Persona, cells, number, printable

HELP = (
    ("h/help", "Displays the commands supported"),
    ("info", "Displays board information"),
    ("memop", "Memory Optimization"),
    ("setmfreq", "configures/dumps the system and cpu frequencies"),
    ("dm", "Dump memory at <address>"),
    ("erase", "Erase Flash except Adam2 Kernel and Env space"),
    ("printenv", "Displays Env. Variables"),
    ("setenv", "Sets Env. variable <var> with a value <val>"),
    ("unsetenv", "Unsets the Env. variable <var>"),
    ("fixenv", "Defragment for Env. space"),
    ("go", "Loads the image starting at address <mtd1>"),
)


class Adam2(Persona):
    settings = {"map": "overlap"}  # empty: mtd0 has no bytes
    prompt = "Adam2_AR7RD > "
    autoboot = 5.0
    readonly = ("h", "help", "info", "dm", "printenv")
    base = 0x90000000

    def map_memory(self):
        for base in (self.base, 0xB0000000):
            self.memory.map(base, self.flash)
        for base in (0x94000000, 0xB4000000):
            self.memory.map(base, self.ram)

    def banner(self):
        """The prompt's text comes before the countdown, too."""
        self.say(
            "\n\nADAM2 Revision 0.22.06\n(C) Copyright 1996-2003 Texas "
            "Instruments Inc. All Rights Reserved.\n"
            "Usage: setmfreq [-d] [-s sys_freq, in MHz] [cpu_freq, in MHz]\n"
            f"Memory optimization Complete!\n\n{self.prompt}\n"
            "Press any key to abort OS load, or wait 5 seconds for OS to "
            "boot...\n")

    def start(self):
        self.say("\n")

    def execute(self, line):
        words = line.split()
        handler = {"h": self.help, "help": self.help, "info": self.info,
                   "dm": self.dm, "printenv": self.printenv}.get(words[0])
        if handler:
            handler(words[1:])
        elif not any(words[0] == name for name, _ in HELP):
            self.say(f"Command {words[0]} not found\n")

    def help(self, _):
        self.say(f"{'Commands':>17}               Description\n"
                 f"{'--------':>17}               -----------\n")
        for name, text in HELP:
            self.say(f"{name:>15} {text}\n")

    def info(self, _):
        for name, text in (
            ("Monitor Revision", "0.22.06"),
            ("Monitor Compilation time", "Mar 17 2004, 10:22:41"),
            ("Endianness", "Little"),
            ("External Memory rate", "Full, 16 bit wide"),
            ("CPU Frequency", "150 MHz"),
        ):
            self.say(f"{name:<30}{text}\n")

    def parts(self):
        """(start, end) offsets of mtd0, mtd1 ...; the end is exclusive."""
        size = len(self.flash)
        block = 64 * KB if size >= 512 * KB else 4 * KB
        loader, last = 2 * block, size - block
        middle = loader + (last - loader) // 4 // block * block
        system = (0, 0) if self.chosen["map"] == "empty" else (middle, last)
        return [system, (loader, middle), (0, loader), (last, size),
                (loader, last)]

    def printenv(self, words):
        lines = [
            ("memsize", f"0x{self.ram_size:08x}"),
            ("flashsize", f"0x{len(self.flash):08x}"),
            ("modetty0", "38400,n,8,1,hw"),
            ("bootserport", "tty0"),
            ("cpufrequency", "150000000"),
            ("prompt", "Adam2_AR7RD"),
            *((f"mtd{i}", ",".join(f"0x{self.base + at:08x}" for at in part))
              for i, part in enumerate(self.parts())),
            ("my_ipaddress", "192.0.2.10"),
        ]
        for name, value in lines:
            if not words or words[0] == name:
                self.say(f"{name:<21} {value}\n")

    def dm(self, words):
        """128 bytes at an address; further arguments are not looked at."""
        at = number(words[0], 16) if words else None
        if at is None:
            self.say("Usage: dm <address>\n")
            return
        at -= at % 4
        self.say("\n")
        try:
            for row in range(at, at + 128, 16):
                data = self.memory.read(row, 16)
                self.row(f"{row:08x}: {cells(data, 4, 'little', 'x')} - "
                         f"{printable(data)}\n")
        except BadAddress as bad:
            self.say(f"Exception: cause 00000008 badvaddr {bad.at:08x}\n")
            self.dead()


PERSONA = Adam2
