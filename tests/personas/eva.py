# SPDX-License-Identifier: BSD-2-Clause
"""AVM EVA: `dm` with decimal words, `printenv` with mtdN start,end.

UNCONFIRMED in the reference and chosen here: a bad address resets (--set
bad=dead: it hangs); the texts for a wrong command and a missing argument; CR
or LF ends a line; a short last row has fewer cells.
"""

from base import BadAddress, MB, Persona, Reset, cells, number
from layout import split

HELP = """       Commands   Description
       --------   -----------
           help   help
             dm   dump mem <addr> <range>
             cm   change mem <addr> <value>
          erase   Erase Flash <mtd>
       printenv   print Env. Variables
        restart   reboot Device
         setenv   set Env. variable <var> <value>
       unsetenv   unset Env. variable <var>
             go   load & start kernel from mtd1
         setmac   set mac addresses <addr> (like 12:23:40)
        memtest   test memory
"""


class Eva(Persona):
    settings = {"prompt": "Eva_AVM", "endian": "little", "bad": "reset",
                "mac": "02:00:5E:41:07:90"}
    readonly = ("dm", "printenv", "help")
    pair = True
    flash_base = 0x90000000
    ram_base = 0x94000000
    ram_size = 32 * MB
    noise_lines = ("eth0: link up 100 full\n", "eth0: link down\n")

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        # A blank line stands before each prompt, no blank behind it.
        self.prompt = f"\n{self.chosen['prompt']} >"

    def map_memory(self):
        super().map_memory()
        for base in (self.flash_base, self.flash_base + 0x20000000):
            self.memory.map(base, self.flash)

    def banner(self):
        size = len(self.flash)
        self.say("\n(AVM) EVA Revision: 1.177 Version: 1177\n"
                 "(C) Copyright 2005 AVM Date: May 30 2006 Time: 09:14:51 "
                 "(2) 2 0-11111\n\n"
                 f"[FLASH:] MACRONIX Uniform-Flash {size // MB}MB "
                 "32 Bytes WriteBuffer\n"
                 f"[FLASH:](Eraseregion [0] {max(size >> 16, 1)} "
                 "sectors a 64kB)\n"
                 "[SYSTEM:] OHIO on 211MHz/125MHz\n")

    def execute(self, line):
        words = line.split()
        name = words[0]
        if name == "dm":
            self.dump(words[1:])
        elif name == "printenv":
            for key, value in self.environment():
                self.say(f"{key:<22}{value}\n")
        elif name == "help":
            self.say(HELP)
        elif name == "restart":
            raise Reset
        elif name == "go":
            self.boot_system()
        elif f"  {name}   " not in HELP:
            self.say(f"command {name} not found\n")

    def areas(self):
        """mtdN: (start, end) offsets; mtd0 is empty, mtd2 comes first."""
        at = {name: (start, start + size) for name, start, size in split(
            len(self.flash),
            (("mtd2", 1), ("mtd1", None), ("mtd3", 1), ("mtd4", 1)))}
        return sorted({"mtd0": (0, 0), **at}.items())

    def environment(self):
        base = self.flash_base
        mtd = [(name, f"0x{base + start:08X},0x{base + end:08X}")
               for name, (start, end) in self.areas()]
        return [
            ("HWRevision", "94.1.1.0"), ("ProductID", "Fritz_Box_7050"),
            ("SerialNumber", "0000000000000000"),
            ("bootloaderVersion", "1.177"),
            ("firstfreeaddress", f"0x{self.ram_base + 0x2B1D78:08X}"),
            ("flashsize", f"0x{len(self.flash):08X}"),
            ("maca", self.chosen["mac"]),
            ("memsize", f"0x{self.ram_size:08X}"),
            ("modetty0", "38400,n,8,1,hw"), *mtd,
            ("my_ipaddress", "192.168.178.1"),
            ("prompt", self.chosen["prompt"]),
        ]

    def dump(self, words):
        """dm ADDR COUNT: 32-bit words in the processor's byte order."""
        at = number(words[0], 16) if words else None
        count = number(words[1], 10) if len(words) > 1 else None
        if at is None or count is None:
            self.say("dm <addr> <range>\n")
            return
        self.say("\n")
        try:
            for here in range(at, at + 4 * count, 16):
                size = min(16, at + 4 * count - here)
                self.row(self.shape(here, self.memory.read(here, size)))
        except BadAddress:
            self.bad_address()

    def shape(self, at, data):
        return f"0x{at:08X}: " + cells(
            data, 4, self.chosen["endian"], sep=" 0x", form="X").join(
                ("0x", "\n"))

    def bad_address(self):
        if self.chosen["bad"] == "dead":
            self.dead()
        raise Reset


PERSONA = Eva
