# SPDX-License-Identifier: BSD-2-Clause
"""OpenBIOS: `0 > ` shows the depth of the stack, `ADDR LEN dump` in hex.

It comes to its prompt without a countdown (auto-boot? is false, as in the
reference's captures). --set bad=zeros: a bad address reads as zeros, as one
machine does; without it the machine stops, as another does. UNCONFIRMED in
the reference and chosen here: the text of a stack underflow; after an error
the stack is as deep as it was when the line came.
"""

from base import BadAddress, MB, Persona, Reset, cells, printable

WORDS = ("dump", "hex", "decimal", "here", "clear", ".s", ".", "drop",
         "show-devs", "2drop", "dev", ".properties", "device-end")
NODES = ("/", "/aliases", "/openprom (BootROM)", "/options", "/chosen",
         "/builtin", "/builtin/console", "/packages", "/cpus",
         "/cpus/PowerPC,740@0 (cpu)", "/memory@0 (memory)")


PROPERTIES = {
    "/": (("name", '"OpenBiosTeam,OpenBIOS"'), ("model", '"Tern,1"')),
    "/memory": (("name", '"memory"'),
                ("available", "00004000  00ffc000")),
}


class Underflow(Exception):
    """A word found too little on the stack."""


class OpenFirmware(Persona):
    settings = {"bad": "dead"}
    after_interrupt = "\n"
    ram_base = 0
    noise_lines = ("ethernet: link changed\n", "ide0: device not ready\n")

    def map_memory(self):
        super().map_memory()
        self.stack = []
        self.node = None
        self.base = 16
        self.memory.map((1 << 32) - len(self.flash), self.flash)

    @property
    def prompt(self):
        return f"{len(self.stack):{self.radix}} > "

    @property
    def radix(self):
        return "x" if self.base == 16 else "d"

    def banner(self):
        rule = ">> " + "=" * 61 + "\n"
        self.say("\n" + rule + ">> OpenBIOS 1.1 [Jul 9 2022 18:22]\n"
                 ">> Configuration device id QEMU version 1 machine id 2\n"
                 f">> CPUs: 1\n>> Memory: {self.ram_size // MB}M\n"
                 ">> CPU type PowerPC,740\n"
                 "milliseconds isn't unique.\n"
                 "Welcome to OpenBIOS v1.1 built on Jul 9 2022 18:22\n\n")

    def stopped(self):
        return True

    def _echo(self, text):
        """The end of a line shows as a blank: what is printed goes on."""
        super()._echo(" " if text == "\n" else text)

    def literal(self, word):
        try:
            return int(word, self.base)
        except ValueError:
            return None

    def safe(self, line):
        return all(word.lower() in WORDS or self.literal(word) is not None
                   or word in PROPERTIES for word in line.split())

    def empty(self):
        self.say(" ok\n")

    def execute(self, line):
        depth = len(self.stack)
        words = iter(line.split())
        try:
            for word in words:
                if word.lower() == "dev":
                    self.node = next(words, "/")
                elif not self.evaluate(word):
                    self.say(f"{word}: undefined word.\n")
                    del self.stack[depth:]
                    return
        except Underflow:
            self.say("stack underflow.\n")
            del self.stack[depth:]
            return
        self.say(" ok\n")

    def pop(self):
        if not self.stack:
            raise Underflow
        return self.stack.pop()

    def evaluate(self, word):
        """Is it a word or a number? Does it."""
        name = word.lower()
        if name == "dump":
            length = self.pop()
            self.dump(self.pop(), length)
        elif name in ("hex", "decimal"):
            self.base = 16 if name == "hex" else 10
        elif name == "here":
            self.stack.append(self.ram_base + 0x1D5780)
        elif name == "clear":
            self.stack.clear()
        elif name in (".", "drop", "2drop"):
            values = [self.pop() for _ in range(1 + (name == "2drop"))]
            if name == ".":
                self.say(f"{values[0]:{self.radix}} ")
        elif name == ".s":
            self.say(f"<{len(self.stack)}> " + "".join(
                f"{x:{self.radix}} " for x in self.stack) + "\n")
        elif name == ".properties":
            self.say("\n")
            for key, value in PROPERTIES.get(self.node, ()):
                self.say(f"{key:<26}{value}\n")
        elif name == "device-end":
            self.node = None
        elif name == "show-devs":
            self.nodes()
        elif name == "boot":
            self.boot_system()
        elif name == "reset-all":
            raise Reset
        elif self.literal(word) is None:
            return False
        else:
            self.stack.append(self.literal(word))
        return True

    def nodes(self):
        rom = f"/rom@{(1 << 32) - len(self.flash):x}"
        self.say("\n")
        for i, node in enumerate((*NODES, rom)):
            self.say(f"{self.ram_base + 0x1C5D00 + 160 * i:x} {node}\n")

    def dump(self, at, length):
        """Whole lines, never fewer cells; the address is not padded."""
        self.say("\n")
        for here in range(at, at + length, 16):
            try:
                data = self.memory.read(here, 16)
            except BadAddress:
                data = self.bad_address(here)
            halves = "  ".join(cells(data[i:i + 8], form="x") for i in (0, 8))
            self.row(f"{here:{self.radix}}  {halves}    "
                     + printable(data, high=0xFF) + "\n")

    def bad_address(self, at):
        if self.chosen["bad"] == "zeros":
            return bytes(16)
        self.say(f"{at:{self.radix}}  Unhandled Exception 0x00000009\n"
                 "PC = 0xffd07a10 NPC = 0xffd07a14\nStopping execution\n")
        self.dead()


PERSONA = OpenFirmware
