# SPDX-License-Identifier: BSD-2-Clause
"""What the loaders of the CFE family share: status lines, d, exceptions."""

from base import BadAddress, Persona, Reset, cells, number, printable
from cfe_line import Line

UNITS = {"-b": 1, "-h": 2, "-w": 4, "-q": 8}


class CfeFamily(Persona):
    """Subclasses set NAMES (all commands), SAFE and handlers()."""

    settings = {
        "bad": "reset",  # peek: a message; else an exception and a reset
        "endian": "little",
    }
    prompt = "CFE> "
    danger = "flash -noheader : flash0.os"
    NAMES = ()
    SAFE = ()
    colon = ":"
    upper = True
    word_ascii = True  # an ASCII column beside words

    def power_up(self):
        super().power_up()
        self.unit, self.next, self.length = 4, self.ram_base, 0x100

    def read_line(self, prompt):
        return Line(prompt, self.history, self.say,
                    lambda: chr(self.wire.get()), self.line_max).read()

    def handlers(self):
        """First word -> function(list of words), a status or None."""
        return {}

    def safe(self, line):
        words = line.split()
        if words[0] == "show":
            return words[1:2] == ["devices"]
        return words[0] in self.SAFE

    def status(self, value):
        self.say(f"*** command status = {value}\n")

    def execute(self, line):
        words = line.split()
        handler = self.handlers().get(words[0])
        try:
            if handler:
                value = handler(words[1:])
            elif words[0] in self.NAMES:
                value = 0
            else:
                value = self.invalid(words[0])
        except BadAddress as bad:
            value = self.bad_address(bad.at)
        if value is not None:
            self.status(value)

    def invalid(self, word):
        self.say(f'Invalid command: "{word}"\nAvailable commands: '
                 + ", ".join(self.NAMES) + "\n\n")
        return -1

    def bad_address(self, at):
        """A status, or a reset."""
        if self.chosen["bad"] == "peek":
            self.say("Could not display memory\n")
            return -1
        self.say(f"**Exception 8: EPC=8070E1F0, Cause=00008008 (TLBMissRd)\n"
                 f"                RA=80718344, VAddr={at:08X}\n\n")
        raise Reset

    def help(self, words):
        self.say("Available commands:\n\n")
        for name in self.NAMES:
            self.say(f"{name:<20}{self.HELP.get(name, 'See the manual.')}\n")
        self.say("\nFor more information about a command, enter "
                 "'help command-name'\n")
        return 0

    HELP = {
        "d": "Dump memory.",
        "help": "Obtain help for CFE commands",
        "show devices": "Display information about the installed devices.",
        "load": "Load an executable file into memory without executing it",
        "reboot": "Reboot.",
    }

    # d [-b|-h|-w|-q] [-p|-v] [address [length]]: unit, address and length
    # stay for the next one; address and length are hexadecimal.

    def d(self, words):
        mark = self.colon
        numbers = []
        for word in words:
            if word in UNITS:
                self.unit = UNITS[word]
            elif word in ("-p", "-v"):
                mark = "%" if word == "-p" and self.colon else self.colon
            else:
                numbers.append(number(word, 16))
        if None in numbers or len(numbers) > 2:
            self.say("Invalid number\n")
            return -1
        at = numbers[0] if numbers else self.next
        self.length = numbers[1] if len(numbers) > 1 else self.length
        at -= at % self.unit
        size = -(-self.length // self.unit) * self.unit
        for row in range(at, at + size, 16):
            data = self.memory.read(row, min(16, at + size - row))
            self.row(self.d_row(row, mark, data))
        self.next = at + size
        return 0

    def d_row(self, at, mark, data):
        form = "X" if self.upper else "x"
        shown = cells(data, self.unit, self.chosen["endian"], form)
        head = f"{at:{self.address_form()}}{mark or ' '} "
        if self.unit > 1 and not self.word_ascii:
            return f"{head}{shown}\n"
        width = 16 * 2 + 16 // self.unit - 1
        return f"{head}{shown:<{width}}  {printable(data, 0x20, 0x7f):<16}\n"

    def address_form(self):
        width = 16 if self.chosen.get("bits") == "64" else 8
        return f"0{width}{'X' if self.upper else 'x'}"
