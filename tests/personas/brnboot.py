# SPDX-License-Identifier: BSD-2-Clause
"""Arcadyan brnboot: a menu of single keys, `R` asks three questions.

Keys other than `!` and R are DANGER in the log, and so is the answer to the
erase menu; answers are logged as `answer TEXT`. UNCONFIRMED in the reference
and chosen here: R before `!` only prints the prompt again; a wrong answer or
a count above 10000 ends the dialogue without rows; cells of 4 and 2 bytes,
with a header without columns; a bad address hangs (--set bad=reset).
"""

from base import BadAddress, KB, Persona, Reset, cells, number
from layout import split

MENU = """
======================
 [u] Upload to Flash~~
 [E] Erase Flash~~~~~~
 [G] Run Runtime Code~
 [M] Upload to Memory~
 [R] Read from Memory~
 [W] Write to Memory~~
 [T] Memory Test~~~~~~
 [Y] Go to Memory~~~~~
 [A] Set MAC Address~
 [#] Set Serial Number~
 [V] Set Board Version~
 [H] Set Options~
 [P] Print Boot Params~
 [0] Use Normal Firmware
 [1] Use ART-Testing Firmware
======================
""".replace("~", " ")  # blanks that end a line
UNITS = {"1": 4, "2": 2, "3": 1}
COUNT_MAX = 10000
RULE = "-" * 58 + "\n"


class Brnboot(Persona):
    settings = {"board": "DANUBE", "bad": "dead"}
    enter = "\r"
    after_interrupt = "\n"
    flash_base = 0xB0000000
    noise_lines = ("ETH: link up\n", "ADSL core: idle\n")

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.prompt = f"[{self.chosen['board']} Boot]:"

    def map_memory(self):
        self.admin = False
        super().map_memory()
        self.memory.map(self.ram_base + 0x20000000, self.ram)
        self.memory.map(self.flash_base, self.flash)

    def banner(self):
        rule = "=" * 71 + "\n"
        self.say("ROM VER: 1.0.3\nCFG 01\nRead EEPROMX\n X\n\n\n\n" + rule
                 + f"Wireless ADSL Gateway {self.chosen['board']} Loader "
                 "64M-V0.03 build Feb 11 2009 10:05:33\n"
                 + " " * 20 + "Arcadyan Technology Corporation\n" + rule
                 + "MXIC MX29LV640BT bottom boot 16-bit mode found\n\n"
                 "Copying boot params.....DONE\n\n\n")

    def stopped(self):
        """Three blanks, which are counted."""
        self.say("Press Space Bar 3 times to enter command mode ...")
        for count in "123":
            if self.key_within(self.autoboot, " ") is None:
                self.say("\n")
                return False
            self.say(count)
        return True

    def start(self):
        self.say("\nYes, Enter command mode ...\n\n")

    def monitor(self):
        while True:
            self.say("\n" + self.prompt)
            self.one_key()

    def at_prompt(self):
        self.one_key()

    def one_key(self):
        key = chr(self.wire.get())
        self.log("cmd " + key)
        if key not in "!rR":
            self.log("DANGER " + key)
        self.say((key if " " < key <= "~" else "") + "\n")
        if key == "!":
            self.admin = True
            self.say("\nEnter Administrator Mode !\n" + MENU)
        elif self.admin and key in "rR":
            self.read_memory()
        elif self.admin and key in "eE":
            self.erase_menu()
        elif self.admin and key in "gGyY":
            self.boot_system()
        self.wire.settle(self.typeahead)

    def ask(self, question):
        """The line that answers; "" after an interrupt."""
        text = self.read_line(question) or ""
        self.log("answer " + text)
        return text

    def ask_key(self, question):
        self.say(question)
        key = chr(self.wire.get())
        self.log("answer " + key)
        self.say(key + "\n")
        return key

    def read_memory(self):
        at = number(self.ask("\nEnter the Start Address to Read....0x"), 16)
        if at is None:
            return
        unit = UNITS.get(self.ask_key("Data Length is (1) 4 Bytes (2) 2 Bytes "
                                      "(3) 1 Byte... "))
        if not unit:
            return
        text = self.ask("Enter the Count to Read....(Maximun 10000)")
        if not text.isdigit() or not 0 < int(text) <= COUNT_MAX:
            return
        columns = " ".join(f"{i:02X}" for i in range(16)) if unit == 1 else ""
        self.say("\n" + RULE + f" Address   {columns}\n" + RULE)
        try:
            self.rows_of(at, int(text) * unit, unit)
        except BadAddress:
            self.bad_address()

    def rows_of(self, at, size, unit):
        for here in range(at, at + size, 16):
            data = self.memory.read(here, min(16, at + size - here))
            self.row(f"0x{here:08X} {cells(data, unit)} \n")

    def bad_address(self):
        if self.chosen["bad"] == "reset":
            raise Reset
        self.dead()

    def erase_menu(self):
        """Shows the map; a digit would erase."""
        base = self.flash_base
        rule = "-" * 39 + "\n"
        parts = split(len(self.flash), (
            ("Boot", 2), ("Configuration", 2), ("Web Image", 8),
            ("Code Image", None), ("Boot Params", 1)))
        parts.append(("Flash Image", 0, len(self.flash)))
        self.say("\nERASE Flash\n" + rule
                 + "    Area            Address      Length\n" + rule)
        for i, (name, start, size) in enumerate(parts):
            self.say(f"[{i}] {name:<16}0x{base + start:08X}"
                     f"{size // KB:>8}K\n")
        if self.ask_key(rule + "Enter area to ERASE: ").isdigit():
            self.log("DANGER erased")


PERSONA = Brnboot
