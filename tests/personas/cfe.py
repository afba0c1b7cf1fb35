# SPDX-License-Identifier: BSD-2-Clause
"""CFE 1.x and its set-top-box relative: d, show devices."""

from base import KB, MB
from cfe_common import CfeFamily


class Cfe(CfeFamily):
    settings = {
        **CfeFamily.settings,
        "format": "generic",  # stb: no colon, names to the right
        "bits": "32",  # 64: sixteen digits
    }
    NAMES = (
        "nvram", "reboot", "e", "f", "u", "flash", "batch", "go", "boot",
        "load", "save", "ping", "arp", "ifconfig", "show clocks",
        "show devices", "unsetenv", "printenv", "setenv", "d", "help",
    )
    SAFE = ("d", "help", "printenv")
    autoboot = 1.0

    def map_memory(self):
        if self.chosen["format"] == "stb":
            self.colon = ""
        for base in (0x80000000, 0xA0000000):
            self.memory.map(base, self.ram)
        for base in (0x1C000000, 0xBC000000):
            self.memory.map(base, self.flash)
        for base in (0x1FC00000, 0xBFC00000):
            self.memory.map(base, self.flash, min(4 * MB, len(self.flash)))

    def handlers(self):
        return {"d": self.d, "help": self.help, "show": self.show,
                "printenv": self.printenv, "nvram": self.nvram}

    def safe(self, line):
        if line.split()[0] == "nvram":
            return line.split()[1:2] in (["get"], ["show"])
        return super().safe(line)

    def banner(self):
        order = "BE" if self.chosen["endian"] == "big" else "LE"
        chip = ("BCM97XXX" if self.chosen["format"] == "stb" else "BCM947XX")
        self.say(
            f"\n\nCFE version 1.0.41 for {chip} "
            f"({self.chosen['bits']}bit,SP,{order})\n"
            "Build Date: Tue Feb 13 10:12:48 CST 2007 (build@host)\n"
            "Copyright (C) 2000,2001,2002,2003 Broadcom Corporation.\n\n"
            "Initializing Arena\nInitializing Devices.\n"
            "et0: Broadcom BCM47xx 10/100 Mbps Ethernet Controller 3.90\n"
            "CPU type 0x29029: 240MHz\n"
            f"Total memory: {len(self.ram) // KB} KBytes\n\n"
            "Device eth0:  hwaddr 02-00-5E-10-00-42, ipaddr 192.0.2.8, "
            "mask 255.255.255.0\n        gateway not set, nameserver not "
            "set\n")

    def stopped(self):
        return self.key_within(self.autoboot, "\x03") is not None

    def start(self):
        self.say("Startup canceled\n")

    def boot_system(self):
        self.say("Loader:raw Filesys:raw Dev:flash0.os File: Options:(null)\n"
                 "Loading: .. 3848 bytes read\nEntry at 0x80001000\n"
                 "Closing network.\nStarting program at 0x80001000\n")
        super().boot_system()

    def parts(self):
        """(name, offset, size) in flash0; the header of os is 28 bytes."""
        size = len(self.flash)
        block = 64 * KB if size >= 512 * KB else 4 * KB
        boot, end = min(256 * KB, size // 4), size - block
        if self.chosen["format"] == "stb":
            middle = boot + (end - boot) // 2 // block * block
            return [("cfe", 0, boot), ("kernel", boot, middle - boot),
                    ("system", middle, end - middle), ("nvram", end, block)]
        return [("boot", 0, boot), ("trx", boot, KB),
                ("os", boot + 28, end - boot), ("nvram", end, block)]

    def show(self, words):
        if words != ["devices"]:
            return self.invalid(" ".join(["show", *words]))
        self.say("Device Name          Description\n"
                 f"{'-' * 19}  {'-' * 57}\n")
        size = len(self.flash) // KB
        for name, text in (
            ("uart0", "NS16550 UART at 0x18000300"),
            ("flash0", f"ST Compatible Serial flash size {size}KB"),
            *self.part_lines(),
            ("eth0", "Broadcom BCM47xx 10/100 Mbps Ethernet Controller"),
        ):
            side = ">" if self.chosen["format"] == "stb" else "<"
            self.say(f"{name:{side}19}  {text}\n")
        return 0

    def part_lines(self):
        for chip in ("flash0", "flash1"):
            for name, offset, size in self.parts():
                if self.chosen["format"] == "stb":
                    text = ("EMMC flash at 0000000000000000 offset "
                            f"{offset:016X} size {size // KB}KB"
                            " : emmc_part_DATA")
                else:
                    text = ("ST Compatible Serial flash offset "
                            f"{offset:08X} size {size // KB}KB")
                yield f"{chip}.{name}", text
            if self.chosen["format"] == "stb":
                return

    def nvram(self, words):
        """What get prints is a guess; routers of these chips have it."""
        found = {"et0macaddr": "02:00:5E:10:00:42", "boot_wait": "on"}
        if words[:1] == ["get"] and len(words) == 2:
            if words[1] in found:
                self.say(found[words[1]] + "\n")
        elif words == ["show"]:
            for name, value in found.items():
                self.say(f"{name}={value}\n")
        return 0

    def printenv(self, _):
        self.say("Variable Name        Value\n"
                 f"{'-' * 20} {'-' * 50}\n"
                 "BOOT_CONSOLE         uart0\nCFE_VERSION          1.0.41\n")
        return 0


PERSONA = Cfe
