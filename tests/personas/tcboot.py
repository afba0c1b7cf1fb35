# SPDX-License-Identifier: BSD-2-Clause
"""EcoNet's tcboot: CR only; dump hexadecimal, flashrd decimal; fragile."""

from base import KB, MB, BadAddress, Persona, cells, number, printable

HELP = (
    ("?", "Print out help messages."),
    ("help", "Print out help messages."),
    ("go", "Booting the linux kernel."),
    ("memrl <addr>", "Read a word from addr."),
    ("memwl <addr> <value>", "Write a word to addr."),
    ("dump <addr> <len>", "Dump memory content."),
    ("jump <addr>", "Jump to addr."),
    ("flash <dst> <src> <len>", "Write to flash from src to dst."),
    ("flashrd <addr> <len>", "Read flash from addr."),
    ("xmdm <addr> <len>", "Xmodem receive to addr."),
    ("ipaddr <ip addr>", "Change modem's IP."),
)


class Tcboot(Persona):
    settings = {"stop": "any"}  # t: only that key
    prompt = "bldr> "
    enter = "\r"  # LF is a character of the line
    autoboot = 3.0
    readonly = ("?", "help", "dump", "flashrd", "memrl")

    def map_memory(self):
        window = min(16 * MB, len(self.flash))
        for base in (0x80000000, 0xA0000000):
            self.memory.map(base, self.ram)
        for base in (0x90000000, 0xB0000000):
            self.memory.map(base, self.flash, window)

    def banner(self):
        size = len(self.flash)
        chip = f"{size // MB}MiB" if size >= MB else f"{size // KB}KiB"
        self.say(
            "\nRT63365 at Thu Sep 4 11:27:50 CST 2014 version 0.9\n\n"
            f"Memory size {self.ram_size // MB}MB\n\n"
            f"Found SPI Flash {chip} SAMPLE at 0xb0000000\n\n")

    def stopped(self):
        if self.chosen["stop"] == "t":
            self.say("Press 't' in 3 secs to enter boot command mode.\n")
            return self.key_within(self.autoboot, "t") is not None
        self.say("Press any key in 3 secs to enter boot command mode.\n")
        return super().stopped()

    def start(self):
        self.say("\n")

    def execute(self, line):
        words = line.split()
        handler = {"?": self.help, "help": self.help, "dump": self.dump,
                   "flashrd": self.flashrd, "memrl": self.memrl,
                   }.get(words[0])
        if not handler:
            known = any(words[0] == text.split()[0] for text, _ in HELP)
            self.say("" if known else "Unknown command.\n")
            return
        handler(words[1:])

    def help(self, _):
        self.say(f"{'':78}\n")
        for text, what in HELP:
            self.say(f"{text:<36}{what:<42}\n")

    def arguments(self, words, *bases):
        """Numbers, or None after a message."""
        found = [number(w, b) for w, b in zip(words, bases)]
        if len(words) == len(bases) and None not in found:
            return found
        self.say("Invalid argument.\n")
        return None

    def dump(self, words):
        found = self.arguments(words, 16, 16)
        if not found:
            return
        at, length = found
        for row in range(at, at + length, 16):
            try:
                data = self.memory.read(row, 16)
            except BadAddress as bad:
                self.say(f"{row:08x} ")
                self.exception(bad.at)
            groups = ".".join(cells(data[i:i + 4], 1, form="x")
                              for i in range(0, 16, 4))
            self.row(f"{row:08x}  {groups}  |{printable(data)}|\n")

    def flashrd(self, words):
        """Decimal length; addresses are offsets, with or without the base."""
        found = self.arguments(words, 16, 10)
        if not found:
            return
        at, length = found[0] & 0x0FFFFFFF, found[1]
        self.say(f"Read flash from 0x{at:08x} len {length}\n")
        length = min(length, len(self.flash) - at)
        for row in range(at, at + length, 16):
            data = self.flash[row:min(row + 16, at + length)]
            text = "".join("." if b < 0x20 or b == 0x7F else chr(b)
                           for b in data)
            self.row(f"0x{row:08x} | {cells(data, 1, form='x'):<47}"
                     f" | {text}\n")

    def memrl(self, words):
        found = self.arguments(words, 16)
        if not found:
            return
        try:
            data = self.memory.read(found[0], 4)
        except BadAddress as bad:
            self.exception(bad.at)
        self.say(f"<Address>0x{found[0]:08x} <Value>0x{data.hex()}\n")

    def exception(self, at):
        self.say(
            "Undefined Exception happen.CP0_STATUS=1000ff03\n"
            f"CP0_CAUSE=40000008\nCP0_EPC=83fb81c0\nCP0_BADVADDR={at:x}\n\n"
            f" lo=0 hi=0\n cp0_epc=0 cp0_badvaddr=0\n"
            " cp0_status=83fcc210 cp0_cause=d\npad0\n\n"
            f" 0x20200070 0x6c65206f 0x66203629 0x0\n 0x{at:x} 0x10\n"
            "regs\n\n 2e 83fce100 83fce2d4 83fd1a20\n"
            " 3 9 83fee120 83fcc210\n 0 0 0 0\n 0 0 0 0\n")
        self.dead()


PERSONA = Tcboot
