# SPDX-License-Identifier: BSD-2-Clause
"""BOLT: flash is not mapped; load -raw stages it in RAM, d shows it."""

from base import KB, MB, number
from cfe_common import CfeFamily


class Bolt(CfeFamily):
    settings = {
        **CfeFamily.settings,
        "map": "range",  # offset: `offset N size NKB` as other relatives do
        "load-status": "no",  # yes: load ends with a status line, too
    }
    prompt = "BOLT> "
    NAMES = (
        "boot", "load", "go", "d", "e", "f", "fill", "flash", "show devices",
        "show memory", "printenv", "setenv", "unsetenv", "sha", "reboot",
        "help",
    )
    SAFE = ("d", "help", "printenv", "sha")
    ram_base = 0
    colon = ""
    upper = False
    word_ascii = False
    autoboot = 1.0

    def map_memory(self):
        self.memory.map(0, self.ram)

    def handlers(self):
        return {"d": self.d, "help": self.help, "show": self.show,
                "load": self.load}

    def safe(self, line):
        words = line.split()
        if words[0] == "load":  # into RAM; other kinds are not known
            return "-raw" in words
        return super().safe(line)

    def banner(self):
        self.say(
            "\n\nBOLT v1.31 v1.31-a (2019-11-04 12:25:37 build@host)\n"
            "Copyright (C) 2019 Broadcom Corporation.\n\n"
            f"MEMC0: {len(self.ram) // MB} MiB\n"
            "AUTOBOOT: press Ctrl-C to stop\n")

    def stopped(self):
        return self.key_within(self.autoboot, "\x03") is not None

    def start(self):
        self.say("\n")

    def parts(self):
        """Name -> (offset, size)."""
        size = len(self.flash)
        block = 64 * KB if size >= 512 * KB else 4 * KB
        kernel = size // 4 // block * block
        return {
            "macadr": (0, block),
            "nvram": (block, block),
            "kernel": (2 * block, kernel),
            "rootfs": (2 * block + kernel, size - 2 * block - kernel),
        }

    # Commands.

    def region(self, name):
        """The bytes of flash0 or flash0.PART; None if there is none."""
        device, _, part = name.partition(".")
        if device != "flash0" or (part and part not in self.parts()):
            return None
        if not part:
            return self.flash
        offset, size = self.parts()[part]
        return self.flash[offset:offset + size]

    def load(self, words):
        """load -raw [-offset=N] [-max=N] [-addr=A] DEVICE; 0x or decimal."""
        numbers = {"offset": 0, "max": None, "addr": 0x80000}
        device = None
        for word in words:
            key, _, value = word.lstrip("-").partition("=")
            if not word.startswith("-"):
                device = word
            elif key in numbers:
                numbers[key] = number(value, 10)
                if numbers[key] is None:
                    self.say("Invalid number\n")
                    return -1
        data = self.region(device or "")
        if "-raw" not in words or data is None:
            self.say(f"{device}: Device not found\n")
            return -6
        return self.stage(device, data, numbers)

    def stage(self, device, data, numbers):
        start, count = numbers["offset"], numbers["max"]
        if start >= 2048 * MB:
            return -18
        data = data[start:None if count is None else start + count]
        self.say(f"Loader:raw Filesys:raw Dev:{device} File:(null) "
                 "Options:(null)\nLoading: ")
        if numbers["addr"] + len(data) > len(self.ram):
            return self.bad_address(len(self.ram))
        self.ram[numbers["addr"]:numbers["addr"] + len(data)] = data
        self.say("." * max(1, len(data) // (64 * KB))
                 + f"\n {len(data)} bytes read\n"
                 f"Entry address is 0x{numbers['addr']:x}\n\n")
        return 0 if self.chosen["load-status"] == "yes" else None

    def show(self, words):
        if words != ["devices"]:
            return self.invalid(" ".join(["show", *words]))
        self.say("Device Name          Description\n"
                 f"{'-' * 19}  {'-' * 57}\n")
        for name, text in (
            ("uart0", "16550 DUART at 0xf040c000 channel 0"),
            ("mem0", "Memory"),
            ("flash0", self.extent(0, len(self.flash), MB, "MB")),
            *((f"flash0.{name}", self.part_text(*where))
              for name, where in self.parts().items()),
            ("eth0", "GENET Internal Ethernet at 0xf0480000"),
            ("tcpconsole0", "TCP Console (port 23)"),
        ):
            self.say(f"{name:>19}  {text}\n")
        return 0

    def extent(self, start, size, unit, name):
        return (f"EMMC flash Data : 0x{start:09X}-0x{start + size:09X} "
                f"({size // unit}{name})")

    def part_text(self, start, size):
        if self.chosen["map"] == "range":
            return self.extent(start, size, KB, "KB")
        return (f"EMMC flash at 0000000000000000 offset {start:016X} "
                f"size {size // KB}KB : emmc_part_DATA")


PERSONA = Bolt
