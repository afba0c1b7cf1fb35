# SPDX-License-Identifier: BSD-2-Clause
"""ZyXEL BootBase: no prompt, AT commands, `OK` or `ERROR`, a pager.

--set locked=1: only ATEN with the password for ATSE's seed opens ATDU and
ATMP. --set prompt=ATCmd: later builds with a prompt. UNCONFIRMED in the
reference and chosen here: a key at the pager ends its line (--set erase=cr:
blanks over it); no pause when nothing is left (--set pause=every); a bad
address is an ERROR (--set bad=dead); no blank line before OK.
"""

import re

from base import BadAddress, KB, Persona, cells, printable
from layout import split

PAUSE = "< Press any key to Continue, ESC to Quit >"
LINES = 16
HELP_LINES = 16
HELP = """======= Debug Command Listing =======
AT          just answer OK
ATHE          print help
ATBAx         change baudrate. 1:38.4k, 2:19.2k, 3:9.6k 4:57.6k 5:115.2k
ATENx,(y)     set BootExtension Debug Flag (y=password)
ATSE          show the seed of password generator
ATDUx,y       dump memory contents from address x for length y
ATRBx         display the  8-bit value of address x
ATRWx         display the 16-bit value of address x
ATRLx         display the 32-bit value of address x
ATGO(x)       run program at addr x or boot router
ATGR          boot router
ATRTw,x,y(,z) RAM test level w, from address x to y (z iterations)
ATSH          dump manufacturer related data in ROM
ATDOx,y       download from address x for length y to PC via XMODEM
ATUR          upload router firmware to flash ROM
ATMP          show memory map table
ATLC          upload router configuration file to flash ROM
""".splitlines()
RATES = {"1": 38400, "2": 19200, "3": 9600, "4": 57600, "5": 115200}


def password(seed):
    """Of a seed, six bytes; as the reference gives it."""
    head = int.from_bytes(seed[:3], "big")
    turn = seed[5] & 7
    value = head + 0x10F0A563 & 0xFFFFFFFF
    return (value >> turn | value << 32 - turn & 0xFFFFFFFF) ^ head


class Zyxel(Persona):
    settings = {"locked": "0", "prompt": "", "seed": "0213C7A05D4E",
                "erase": "line", "pause": "between", "bad": "error"}
    pair = True
    echo = True
    flash_base = 0xB0000000
    ram_base = 0x94000000
    autoboot = 3.0
    noise_lines = ("ether5 link up\n", "ADSL modem: line down\n")

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.prompt = self.chosen["prompt"] and self.chosen["prompt"] + ">"
        self.rate = self.wire.char_time

    def map_memory(self):
        super().map_memory()
        self.memory.map(self.flash_base, self.flash)
        self.open = self.chosen["locked"] != "1"

    def banner(self):
        if self.boots > 1:
            self.wire.char_time = self.rate
        kb = self.ram_size // KB
        self.say("\nBootbase Version: V1.07 | 03/15/2005 10:02:41\n"
                 f"RAM: Size = {kb} Kbytes\nDRAM POST: Testing: {kb}K\nOK\n"
                 f"FLASH: AMD {len(self.flash) * 8 >> 20}M *1\n\n"
                 "ZyNOS Version: V3.40(QL.3) | 06/02/2005  11:37:09\n\n"
                 "Press any key to enter debug mode within "
                 f"{max(1, round(self.autoboot))} seconds.\n")

    def stopped(self):
        """Any key; a dot for each 16th of the time."""
        for _ in range(16):
            self.say(".")
            if self.key_within(self.autoboot / 16) is not None:
                return True
        self.say("\n")
        return False

    def start(self):
        self.say("\nEnter Debug Mode\n")

    def safe(self, line):
        return re.match(r"AT($|HE$|BA[1-5]$|EN|SE$|DU|R[BWL]|SH$|MP$)",
                        line.strip().upper()) is not None

    def execute(self, line):
        line = line.strip().upper()
        locked = re.match("AT(DU|RB|RW|RL|MP|SH)", line) and not self.open
        good = line == "AT" or not locked and self.run_command(line)
        self.say("OK\n" if good else "ERROR\n")
        rate = re.fullmatch("ATBA([1-5])", line)
        if rate and self.wire.char_time:
            self.wire.char_time = 10 / RATES[rate[1]]

    def run_command(self, line):
        """Is it known, and did it work?"""
        if match := re.fullmatch(r"ATDU\s*([0-9A-F]+)\s*,\s*([0-9A-F]+)",
                                 line):
            return self.dump(int(match[1], 16), int(match[2], 16))
        if match := re.fullmatch(r"ATR([BWL])\s*([0-9A-F]+)", line):
            return self.one_value(match[1], int(match[2], 16))
        if match := re.fullmatch(r"ATEN\s*(\d)(?:[ ,]\s*([0-9A-F]+))?", line):
            seed = bytes.fromhex(self.chosen["seed"])
            self.open = self.open or int(match[2] or "0", 16) == password(seed)
            return self.open
        if line == "ATSE":
            self.say("\n" + self.chosen["seed"].upper() + "\n")
        elif line == "ATHE":
            self.help()
        elif line == "ATMP":
            self.memory_map()
        elif line == "ATSH":
            self.say("Product Model     : Prestige 652H\n"
                     "MAC Address       : " + self.chosen["seed"] + "\n")
        elif line in ("ATGO", "ATGR"):
            self.boot_system()
        else:
            return re.fullmatch("ATBA[1-5]", line)
        return True

    def help(self):
        for i, text in enumerate(HELP):
            if i == HELP_LINES:
                self.say("\n< press any key to continue >")
                self.wire.get()
                self.say("\n")
            self.say(text + "\n")

    def one_value(self, kind, at):
        size = {"B": 1, "W": 2, "L": 4}[kind]
        try:
            self.say(f"{at:08X}: {cells(self.memory.read(at, size), size)}\n")
        except BadAddress:
            return self.bad_address()
        return True

    def bad_address(self):
        if self.chosen["bad"] == "dead":
            self.dead()
        return False

    def dump(self, at, length):
        end = at + length
        for count, here in enumerate(range(at, end, 16), 1):
            try:
                data = self.memory.read(here, min(16, end - here))
            except BadAddress:
                return self.bad_address()
            text = (cells(data[:8]) + "-" + cells(data[8:])).rstrip("-")
            self.row(f"{here:08X}: {text:<47}   {printable(data)}\n")
            more = here + 16 < end or self.chosen["pause"] == "every"
            if count % LINES == 0 and more and not self.pause():
                break
        return True

    def pause(self):
        """Wait for a key; False after ESC."""
        self.say(PAUSE)
        key = self.wire.get()
        if self.chosen["erase"] == "cr":
            self.say("\r" + " " * len(PAUSE) + "\r")
        else:
            self.say("\n")
        return key != 0x1B

    def memory_map(self):
        ram = self.ram_base
        rom = split(len(self.flash), (
            ("BootBas(ROMIMG)", 1), ("DbgArea(ROMIMG)", 1),
            ("RomDir2(ROMDIR)", 2), ("BootExt(ROMIMG)", 2),
            ("MemMapT(ROMMAP)", 1), ("tiadsl(ROMBIN)", 4),
            ("RomDefa(ROMIMG)", 1), ("RasCode(ROMBIN)", None)))
        parts = [(name, self.flash_base + start, size)
                 for name, start, size in rom]
        self.say(f"\nROMIO image start at {parts[3][1]:x}\ncode version:\n"
                 f"code start: {ram + 0x8000:x}\ncode length: 1B02F8\n"
                 f"memMapTab: {len(parts) + 2} entries, "
                 f"start = {parts[4][1]:x}, checksum = 5E17\n"
                 "$RAM Section:\n"
                 f"  0: BootExt(RAMBOOT), start={ram + 0x8000:x}, len=38000\n"
                 f"  1: RasCode(RAMCODE), start={ram + 0x20000:x}, "
                 "len=FE0000\n$ROM Section:\n")
        for number, (name, start, size) in enumerate(parts, 2):
            self.say(f"{number:3}: {name}, start={start:x}, len={size:X}\n")
            if "ROMBIN" in name:
                self.detail(name.partition("(")[0], start + 0x30, size)

    def detail(self, name, start, size):
        """What stands below a compressed entry."""
        for text in ("(Compressed)", f"Version: {name}, start: {start:x}",
                     f"Length: {size * 2:X}, Checksum: 30D4",
                     f"Compressed Length: {size - 0x30:X}, Checksum: 91AC"):
            self.say(" " * 10 + text + "\n")


PERSONA = Zyxel
