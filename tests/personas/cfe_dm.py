# SPDX-License-Identifier: BSD-2-Clause
"""CFE of bcm963xx: dm with a decimal length; dn for NAND, with spare area."""

import random

from base import KB, MB, cells, number, printable
from cfe_common import CfeFamily

# Of a page: spare bytes, KiB of a block.
GEOMETRY = {512: (16, 16), 2048: (64, 128), 4096: (128, 256)}


class CfeDm(CfeFamily):
    settings = {
        **CfeFamily.settings,
        "endian": "big",
        "variant": "nor",  # nand: dn reads it, the window shows nothing
        "stop": "any",  # t: only that key, 0.3 s
        "map": "no",  # fi: the vendor's command that lists partitions
        "pages": "2048",  # bytes; 512 with blocks of 16 KiB, 4096 of 256
        "ecc-line": "no",  # yes: the banner tells the size of a page
        "read-line": "no",  # yes: `read : 0` after the title of a page
    }
    NAMES = (
        "dn", "phy", "sm", "dm", "db", "dh", "dw", "e", "r", "p", "c", "f",
        "w", "i", "a", "b", "reset", "help",
    )
    SAFE = ("dn", "dm", "db", "dh", "dw", "p", "help", "fi")
    HELP = {
        **CfeFamily.HELP,
        "dn": "Dump NAND contents along with spare area",
        "dm": "Dump memory or registers.",
        "db": "Dump bytes.",
        "dh": "Dump half-words.",
        "dw": "Dump words.",
        "sm": "Set memory or registers.",
        "e": "Erase NAND flash",
        "reset": "Reset the board",
    }
    autoboot = 1.0
    noise_lines = (
        "Correctable ECC Error detected: addr=0x00041600, "
        "intrCtrl=0x00000090, accessCtrl=0xE3441010\n",
        "Uncorrectable ECC Error\n",
        "nand_flash_read_buf(): Attempt to read failed\n",
        "Error reading block\n",
        "web info: Waiting for connection on socket 0.\n",
        " Port 4 link UP\n",
    )

    def map_memory(self):
        self.nand = self.chosen["variant"] == "nand"
        if self.chosen["map"] == "fi":
            self.NAMES = (*CfeDm.NAMES, "fi")
        self.page = 0
        self.size = int(self.chosen["pages"])
        self.spares, self.block = GEOMETRY[self.size]
        self.pages = self.block * KB // self.size
        for base in (0x80000000, 0xA0000000):
            self.memory.map(base, self.ram)
        shown = bytes.fromhex("ff0a85f03c1a8000") if self.nand else self.flash
        self.memory.map(0xB8000000, shown, len(self.flash))
        self.memory.map(0xBFC00000, shown, min(4 * MB, len(self.flash)))

    def handlers(self):
        found = {"dm": self.dm, "db": self.db, "dh": self.dh, "dw": self.dw,
                 "help": self.help, "p": self.parameters}
        if self.nand:
            found["dn"] = self.dn
        if self.chosen["map"] == "fi":
            found["fi"] = self.fi
        return found

    def banner(self):
        size = len(self.flash) // KB
        chip = (
            f"NAND flash device: Sample, id 0xc8d1 block {self.block}KB "
            f"size {size}KB"
            if self.nand else
            f"Parallel flash device: name SAMPLE, id 0x22a8, size {size}KB")
        ecc = (f"NAND ECC Hamming, page size 0x{self.size:x} bytes, spare size "
               f"used {self.spares} bytes\n"
               if self.nand and self.chosen["ecc-line"] == "yes" else "")
        order = "BE" if self.chosen["endian"] == "big" else "LE"
        self.say(
            f"CFE version 1.0.38-112.37 for BCM96368 (32bit,SP,{order})\n"
            "Build Date: Fri Apr 12 16:40:11 CST 2013 (build@host)\n"
            "Copyright (C) 2000-2011 Broadcom Corporation.\n\n"
            f"{ecc}{chip}\n"
            f"Total Memory: {len(self.ram)} bytes "
            f"({len(self.ram) // MB}MB)\nBoot Address: 0xb8000000\n\n"
            "Board IP address                  : 192.0.2.9:ffffff00\n"
            "Boot delay (0-9 seconds)          : 1\n\n")

    def stopped(self):
        if self.chosen["stop"] == "any":
            self.say("*** Press any key to stop auto run (1 seconds) ***\n"
                     "Auto run second count down: 1")
            return self.key_within(self.autoboot) is not None
        self.say("*** Press 't' to stop auto run (0.3 seconds) ***\n")
        return self.key_within(min(self.autoboot, 0.3), "t") is not None

    def start(self):
        self.say("\nCFE> \nweb info: Waiting for connection on socket 0.\n")

    # Memory.

    def show(self, at, data, size):
        """A missing byte is three blanks, whatever the size of the cells."""
        shown = cells(data, size, self.chosen["endian"], "x")
        pad = " " * (3 * (16 - len(data)) + 4)
        return f"{at:08x}: {shown}{pad}{printable(data)}\n"

    def cells_of(self, words, size, usage, length=None):
        """Rows of cells of `size` bytes, as many bytes or by `length`."""
        numbers = [number(words[0], 16) if words else None,
                   number(words[1], 10) if len(words) > 1 else 16]
        if None in numbers or len(words) > 2:
            self.say(f"Usage: {usage}\n")
            return -1
        at, count = numbers
        count = length(count) if length else count
        if size == 0:
            size = count if count in (1, 2, 4) else 1
        for row in range(at, at + count, 16):
            data = self.memory.read(row, min(16, at + count - row))
            self.row(self.show(row, data, size))
        self.say("\n")
        return 0

    def dm(self, words):
        """1, 2 or 4 bytes are one cell; other lengths are bytes."""
        return self.cells_of(words, 0, "dm hexaddress length")

    def db(self, words):
        return self.cells_of(words, 1, "db hexaddress count")

    def dh(self, words):
        return self.cells_of(words, 2, "dh hexaddress count",
                             lambda n: 2 * n)

    def dw(self, words):
        return self.cells_of(words, 4, "dw hexaddress count",
                             lambda n: 4 * n)

    def parameters(self, _):
        self.say("Board IP address                  : 192.0.2.9:ffffff00\n")
        return 0

    # NAND.

    def dn(self, words):
        """dn [block page [count]], decimal; without, the next page."""
        numbers = [number(word, 10) for word in words]
        if None in numbers or len(numbers) not in (0, 2, 3):
            self.say("Usage: dn [block] [page] [number of pages]\n")
            return -1
        page = (numbers[0] * self.pages + numbers[1]) if numbers else self.page
        count = numbers[2] if len(numbers) > 2 else 1
        for page in range(page, page + count):
            if page * self.size >= len(self.flash):
                self.say("Error reading block\n")
                return -1
            self.one_page(page)
        self.page = page + 1
        return 1

    def one_page(self, page):
        block, inside = divmod(page, self.pages)
        line = "-" * 18
        self.say(f"{line} block: {block}, page: {inside} {line}\n")
        if self.chosen["read-line"] == "yes":
            self.say("read : 0\n")
        data = self.flash[page * self.size:(page + 1) * self.size]
        self.page_rows(0, data.ljust(self.size, b"\xff"))
        line = "-" * 11
        self.say(f"\n{line} spare area for block {block}, page {inside} "
                 f"{line}\n")
        self.page_rows(self.size, self.spare(page))
        self.say("\n")

    def page_rows(self, start, data):
        """Addresses are inside the page; words are big-endian."""
        for at in range(0, len(data), 16):
            part = data[at:at + 16]
            self.row(f"{start + at:08x}: {cells(part, 4, 'big', 'x')}    "
                     f"{printable(part)}\n")

    def spare(self, page):
        marks = random.Random(page)
        return b"".join(b"\xff" * 9 + marks.randbytes(7)
                        for _ in range(self.spares // 16))

    def fi(self, _):
        size = len(self.flash)
        block = 128 * KB if size >= 1024 * KB else 4 * KB
        middle = (size - 2 * block) // 2 // block * block + block
        parts = [("boot", 0, block), ("rootfs1", block, middle - block),
                 ("data", middle, size - block - middle),
                 ("bbt", size - block, block)]
        for i, (name, offset, length) in enumerate(parts):
            human = (f"{length // MB} Mo" if length % MB == 0 else
                     f"{length // KB} ko")
            many = "s" if length > block else ""
            self.say(f"{i} : {name:<7} offset=0x{offset:08x}, size={length} "
                     f"({human}), block{many}={length // block}\n")
        return 0


PERSONA = CfeDm
