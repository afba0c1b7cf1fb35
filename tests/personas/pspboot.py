# SPDX-License-Identifier: BSD-2-Clause
"""TI PSPBoot: `dm` with a number of words, `printenv` and `fa` as maps.

UNCONFIRMED in the reference and chosen here: the rows of `dm` are EVA's
without the `0x` prefixes (--set prefix=1: with them); the number of words is
decimal, 32 without one; a bad address resets (--set bad=dead: it hangs); the
text for a wrong command. --set gap=tab has TABs in printenv, which the
reference's capture does not show.
"""

from base import MB, Persona, Reset, cells
from eva import Eva
from layout import split

COMMANDS = ("reboot", "version", "info", "fa", "printenv", "setenv",
            "unsetenv", "defragenv", "fmt", "boot", "dm", "oclk", "help")


class Pspboot(Eva):
    settings = {"prompt": "(psbl)", "endian": "little", "bad": "reset",
                "prefix": "0", "gap": "blank", "mac": "02:16:B6:2C:51:E0"}
    readonly = ("dm", "printenv", "fa", "help", "version", "info")
    noise_lines = ("ETH: link down\n", "ETH: link up 100Mbps FD\n")

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.prompt = self.chosen["prompt"] + " "

    def banner(self):
        self.say("\nPSPBoot1.2.1.5 rev: May 12 2005 11:08:27\n\n")

    def stopped(self):
        """Only ESC does it; the seconds count down in place."""
        left = max(1, round(self.autoboot))
        self.say(f"Press ESC for monitor... {left}")
        for second in range(left, 0, -1):
            if self.key_within(self.autoboot / left, "\x1b") is not None:
                self.say("\n")
                return True
            self.say(f"\b{second - 1}")
        self.say("\n")
        return False

    def execute(self, line):
        words = line.split()
        name = words[0]
        if name == "dm":
            self.dump(words[1:2] + (words[2:3] or ["32"]))
        elif name == "printenv":
            self.say("\n")
            for key, value in self.environment():
                self.say(self.column(key) + value + "\n")
        elif name == "fa":
            self.allocation()
        elif name == "help":
            self.help(words[1:])
        elif name == "version":
            self.say("PSPBoot 1.2.1.5\n")
        elif name == "info":
            self.say(f"Flash: 0x{len(self.flash):x} bytes\n"
                     f"RAM: 0x{self.ram_size:x} bytes\n")
        elif name == "reboot":
            raise Reset
        elif name == "boot":
            self.boot_system()
        elif name not in COMMANDS:
            self.say(f"{name}: unknown command\n")

    def help(self, words):
        if words[:1] == ["dm"]:
            self.say("dm: Dump memory from a given address\n"
                     "Usage: dm [<Hex address> [num words]]\n")
            return
        for i in range(0, len(COMMANDS), 4):
            row = "".join(f"{name:<18}" for name in COMMANDS[i:i + 4])
            self.say(row.rstrip() + "\n")

    def column(self, key):
        """Keys fill up to the next stop of 8 after column 9."""
        stop = 16 if len(key) < 16 else 24
        if self.chosen["gap"] == "tab":
            return key + "\t" * (-(-(stop - len(key)) // 8))
        return key.ljust(stop)

    def areas(self):
        parts = dict((name, (start, start + size)) for name, start, size in
                     split(len(self.flash), (("mtd2", 1), ("env", 1),
                                             ("fs", None), ("kernel", 6),
                                             ("mtd3", 1))))
        room = (parts["env"][1], parts["mtd3"][0])
        return (("mtd0", parts["fs"]), ("mtd1", room),
                ("mtd2", parts["mtd2"]), ("mtd3", parts["mtd3"]),
                ("mtd4", room))

    def environment(self):
        base = self.flash_base
        mtd = [(name, f"0x{base + start:08x},0x{base + end:08x}")
               for name, (start, end) in self.areas()]
        return [("bootloaderVersion", "1.2.1.5"), ("ProductID", "AR7VWI"),
                ("HWA_0", self.chosen["mac"]),
                ("MEMSZ", f"0x{self.ram_size:x}"),
                ("FLASHSZ", f"0x{len(self.flash):x}"),
                ("MODETTY0", "38400,n,8,1,hw"),
                ("PROMPT", self.chosen["prompt"]), *mtd,
                ("BOOTCFG", "m:f:mtd1")]

    def allocation(self):
        base = self.flash_base + 0x20000000
        boot, env = split(len(self.flash), (("PSBL", 1), ("ENV", 1),
                                            ("rest", None)))[:2]
        self.say("Current Flash Allocation:\n\n")
        for (name, start, size), used in ((boot, boot[2] * 7 // 9),
                                          (env, env[2])):
            self.say(f"section : {name:>6}, base : 0x{base + start:08x}, "
                     f"size : {used:10d} bytes\n")
        self.say("\nunallocated Space Start: "
                 f"0x{base + env[1] + env[2]:08x}\n"
                 f"unallocated Space End  : 0x{base + len(self.flash):08x}\n")

    def shape(self, at, data):
        if self.chosen["prefix"] == "1":
            return super().shape(at, data)
        order = self.chosen["endian"]
        return f"{at:08X}: {cells(data, 4, order)}\n"


PERSONA = Pspboot
