# SPDX-License-Identifier: BSD-2-Clause
"""PMON2000: `d` counts lines of 16 bytes, `dump` prints S-records.

--set prompt='PMON !> ' has the history number for `!`. --set pager=always
stops a `d` with a count, too; without it only one without a count stops, as
the reference says. --set srec=32: 32 bytes a record, as one fork has it.
The records end in a blank as in the reference's page; --set trail=0: not.
UNCONFIRMED there and chosen here: the ASCII column (two blanks before it);
little-endian cells; what a bad address prints (the prompt comes back);
usage and wrong-command texts; -s and -x are not known.
"""

from base import BadAddress, Persona, cells, number, printable

UNITS = {"b": 1, "h": 2, "w": 4, "d": 8}
PAUSE = "more... "
REPEATABLE = ("d", "m", "copy", "fill", "search", "compare", "set", "g", "c",
              "t", "to", "b", "call", "flush")


def record(kind, body):
    """An S-record of `body`, address first."""
    body = bytes([len(body) + 1]) + body
    return f"{kind}{(body + bytes([~sum(body) & 0xFF])).hex().upper()}"


class Pmon(Persona):
    settings = {"prompt": "PMON> ", "pager": "auto", "srec": "16",
                "trail": "1", "datasize": "b", "moresz": "10",
                "rptcmd": "on"}  # trace, as it leaves the factory, or off
    danger = "copy 80200000 80300000 10000"
    recall = "\x10"
    readonly = ("d", "dump", "devls", "h", "help", "?")
    pair = True
    flash_base = 0xBFC00000
    ram_base = 0x80000000
    autoboot = 3.0
    noise_lines = ("em0: link up\n", "usb0: overcurrent change\n")

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.mark = self.chosen["prompt"]

    @property
    def prompt(self):
        return self.mark.replace("!", str(self.number))

    def map_memory(self):
        self.number = 1
        super().map_memory()
        self.memory.map(self.ram_base + 0x20000000, self.ram)
        size = len(self.flash)
        top = self.flash_base + min(size, 0x400000)
        for base in (self.flash_base, self.flash_base - 0x20000000):
            self.memory.map(base, self.flash[:top - self.flash_base])
        if size > 0x400000:  # more than the boot window: all of it here
            self.memory.map(0xBC000000, self.flash)

    def banner(self):
        self.say("\n* PMON2000 Professional *\n"
                 "Configuration [FCR,EL,NET,IDE]\n"
                 "Version: PMON2000 2.1 (Tern) #14: Tue 08 Mar 2011 09:41:12\n"
                 "CPU GODSON2 @ 660.01 MHz / Bus @ 132 MHz\n"
                 f"Memory size {self.ram_size >> 20:3} MB\n\n"
                 "Press <Enter> to execute loading image:/dev/fs/ext2@wd0/boot"
                 "\nPress any other key to abort.\n")

    def stopped(self):
        """Enter boots at once, any other key stops it."""
        key = self.key_within(self.autoboot)
        return key is not None and key not in b"\r\n"

    def safe(self, line):
        words = line.split()
        return (words == ["set"] or words[0] in self.readonly
                and not (words[0] == "dump" and len(words) > 3))

    def repeated(self, line):
        """An empty line, of blanks too, runs the last again if it may."""
        if line.strip() or not self.history:
            return None
        last = self.history[-1][0]
        words = last.split()
        if self.chosen["rptcmd"] == "trace":
            return words[0] if words[0] in ("t", "to") else None
        again = self.chosen["rptcmd"] == "on" and words[0] in REPEATABLE
        return last if again else None

    def execute(self, line):
        self.number += 1
        words = line.split()
        if words[0] in ("d", "dump"):
            try:
                (self.display if words[0] == "d" else self.records)(words[1:])
            except BadAddress as bad:
                self.say("\nException Cause=TLB miss on load, "
                         f"BadVaddr={bad.at:08x}\n")
        elif words == ["set"]:
            self.say(f'{"prompt":>12} = "{self.mark}"\n'
                     f'{"datasize":>12} = "-{self.chosen["datasize"]}"\n'
                     f'{"moresz":>12} = {self.chosen["moresz"]}\n'
                 f'{"rptcmd":>12} = {self.chosen["rptcmd"]}\n'
                     f'{"inbase":>12} = 16\n')
        elif words[0] == "devls":
            self.say("Device name  Type\nsyn0         IFNET\n"
                     "wd0          DISK\n")
        elif words[0] in ("h", "help", "?"):
            self.say("   d  display memory      dump  dump memory to hostport"
                     "\n devls  list devices         set  display variables\n")
        elif words[0] in ("g", "boot", "go"):
            self.boot_system()
        elif self.safe(line) or words[0] not in ("m", "fill", "copy", "load",
                                                 "flash", "set", "erase"):
            self.say(f"{words[0]}: unknown command\n")

    def display(self, words):
        """d [-bhwd] adr [cnt]"""
        unit = UNITS[self.chosen["datasize"]]
        while words and words[0].startswith("-"):
            unit = UNITS.get(words.pop(0)[1:])
        values = [number(word, 16) for word in words]
        if unit is None or None in values or not 0 < len(values) < 3:
            self.say("usage: d [-bhwd] adr [cnt]\n")
            return
        at = values[0]
        count = values[1] if len(values) > 1 else None
        room = int(self.chosen["moresz"])
        pager = count is None or self.chosen["pager"] == "always"
        while count is None or count > 0:
            if pager and room == 0:
                room = self.pause()
                if not room:
                    return
            self.line(at, unit)
            at += 16
            room -= 1
            count = count and count - 1

    def line(self, at, unit):
        data = self.memory.read(at, 16)
        half = [cells(data[i:i + 8], unit, "little", "x") for i in (0, 8)]
        gap = "  " if unit == 1 else " "
        self.row(f"{at:08x}  {gap.join(half)}  {printable(data)}\n")

    def pause(self):
        """At `more... `: the lines that may follow; 0 to quit."""
        self.say(PAUSE)
        room = None
        while room is None:
            room = {0x20: int(self.chosen["moresz"]), 0x0D: 1, 0x0A: 1,
                    0x71: 0, 0x03: 0}.get(self.wire.get())
        self.say("\b \b" * len(PAUSE))
        return room

    def records(self, words):
        """dump adr siz"""
        values = [number(word, 16) for word in words[:2]]
        if len(values) < 2 or None in values:
            self.say("usage: dump adr siz [port]\n")
            return
        at, size = values
        step = int(self.chosen["srec"])
        end = " \n" if self.chosen["trail"] == "1" else "\n"
        for here in range(at, at + size, step):
            data = self.memory.read(here, min(step, at + size - here))
            self.row(record("S3", here.to_bytes(4, "big") + data) + end)
        self.say(record("S7", bytes(2)) + end + "%" + end)


PERSONA = Pmon
