# SPDX-License-Identifier: BSD-2-Clause
"""RedBoot: POSIX cksum, FIS directory, S-records, sticky dump unit."""

import zlib

from base import BadAddress, KB, Persona, cells, number, printable

NAMES = (
    "alias", "baudrate", "cache", "channel", "cksum", "dump", "exec",
    "fconfig", "fis", "go", "help", "history", "ip_address", "load", "mcmp",
    "mcopy", "mfill", "ping", "reset", "version", "x",
)
SAFE = ("cksum", "dump", "help", "mcmp", "version", "x")
REVERSED = bytes(int(f"{i:08b}"[::-1], 2) for i in range(256))


def posix_cksum(data):
    """As cksum(1): a CRC over the bytes and then their number."""
    count = len(data)
    data += count.to_bytes((count.bit_length() + 7) // 8, "little")
    crc = zlib.crc32(data.translate(REVERSED), 0xFFFFFFFF)
    return int(f"{crc:032b}"[::-1], 2)


def s_record(at, data):
    body = bytes([len(data) + 5]) + at.to_bytes(4, "big") + data
    return f"S3{body.hex()}{~sum(body) & 0xFF:02x}\n".upper()


class BadArgument(Exception):
    """Its text is what the loader prints."""


class RedBoot(Persona):
    settings = {
        "format": "new",  # 2001: byte pairs, no units, no S-records
        "cksum": "yes",  # old: one hexadecimal number; no: not built in
        "fis": "sorted",  # unsorted, glued, no
        "endian": "big",
        "abort": "line",  # glued: to the address of the row
        "flash-base": "0xa8000000",
        "ram-base": "0x80000000",
    }
    prompt = "RedBoot> "
    pair = True
    danger = "fis erase -f 0xa8000000 -l 0x10000"
    recall = "\x10"
    arrows = True

    def map_memory(self):
        self.base = int(self.chosen["flash-base"], 0)
        self.ram_base = int(self.chosen["ram-base"], 0)
        self.block = 64 * KB if len(self.flash) >= 512 * KB else 4 * KB
        self.unit, self.next, self.length = 1, 0, 0
        self.memory.map(self.base, self.flash)
        self.memory.map(self.ram_base, self.ram)

    def banner(self):
        size, end = len(self.flash), self.ram_base + self.ram_size
        release = "2.04 - built 09:15:22, Mar  3 2006"
        if self.chosen["format"] == "2001":
            release = "1.17 - built 14:02:51, Jun 19 2001"
        self.say(
            "+Ethernet eth0: MAC address 02:00:5e:10:00:41\n"
            "IP: 192.0.2.7/255.255.255.0, Gateway: 192.0.2.1\n\n"
            "RedBoot(tm) bootstrap and debug environment [ROMRAM]\n"
            f"Non-certified release, version {release}\n\n"
            "Board: sample\n"
            f"RAM: 0x{self.ram_base:08x}-0x{end:08x}, "
            f"[0x{self.ram_base + 0x40400:08x}-0x{end - 0x1F000:08x}]"
            " available\n"
            f"FLASH: 0x{self.base:08x} - "
            f"0x{self.base + size - self.block:08x}, "
            f"{size // self.block} blocks of 0x{self.block:08x}"
            " bytes each.\n")

    def stopped(self):
        """Only ^C counts; another key prints the line again."""
        while True:
            self.say(f"== Executing boot script in {self.autoboot:.3f} "
                     "seconds - enter ^C to abort\n")
            key = self.key_within(self.autoboot)
            if key in (None, 3):
                return key is not None

    def start(self):
        self.say("^C\n")

    def _edited(self, text, key):
        if not text and key in "$+":  # a debugger's packet
            self.log("gdb")
            self.dead()
        return super()._edited(text, key)

    # Commands.

    def resolve(self, word, absent=False):
        """A command's full name, from an abbreviation; None: there is none.

        absent: also of those that this build is without.
        """
        if word == "d":
            return "dump"
        found = [name for name in NAMES if name.startswith(word.lower())]
        missing = {"fis": self.chosen["fis"] == "no",
                   "fconfig": self.chosen["fis"] == "no",
                   "cksum": self.chosen["cksum"] == "no"}
        found = [name for name in found if absent or not missing.get(name)]
        exact = [name for name in found if name == word.lower()]
        return (exact or found)[0] if exact or len(found) == 1 else None

    def safe(self, line):
        words = line.split()
        name = self.resolve(words[0], absent=True)
        if name == "fis":
            return len(words) > 1 and words[1] in ("list", "free")
        if name == "fconfig":
            return words[1:] == ["-l"]
        return name in SAFE

    def execute(self, line):
        words = line.split()
        name = self.resolve(words[0])
        handler = {"dump": self.dump, "x": self.dump, "cksum": self.cksum,
                   "fis": self.fis, "fconfig": self.fconfig,
                   "version": self.version, "help": self.help}.get(name)
        try:
            if handler:
                handler(words[1:])
            elif name is None:
                self.say(f'** Error: Illegal command: "{words[0]}"\n')
        except BadArgument as wrong:
            self.say(f"** Error: {wrong}\n")
        except BadAddress:
            self.say("** command abort - illegal memory access?\n")

    def options(self, words, numbers, flags=""):
        """Options as a dictionary: values of `numbers`, True for flags."""
        found = {}
        words = list(words)
        while words:
            word = words.pop(0)
            key = word[1:]
            if word.startswith("-") and key in numbers and words:
                text = words.pop(0)
                found[key] = number(text, 10)
                if found[key] is None:
                    raise BadArgument(
                        f"invalid number '{text}' for {numbers[key]}")
            elif word.startswith("-") and key and key in flags:
                found[key] = True
            else:
                raise BadArgument(f"Invalid flag '{key[:1] or word}'")
        return found

    def dump(self, words):
        flags = "" if self.chosen["format"] == "2001" else "124s"
        got = self.options(words, {"b": "base address", "l": "length"}, flags)
        self.unit = next((int(u) for u in "124" if u in got), self.unit)
        if "b" not in got and not self.next:
            self.say("usage: dump -b <location> [-l <length>]\n")
            return
        at = got.get("b", self.next)
        length = got.get("l", 32 if "b" in got else self.length)
        self.next, self.length = at + length, length
        if "s" in got:
            for row in range(at, at + length, 16):
                self.row(s_record(row, self.memory.read(row, 16)))
        elif length < 0x80000000:
            self.rows_of(at, length - at if length > at else length)

    def rows_of(self, at, length):
        for row in range(at, at + length, 16):
            data = b""
            try:
                data = self.memory.read(row, min(16, at + length - row))
            except BadAddress:
                if self.chosen["abort"] == "glued":
                    self.say(f"{row:08X}: ")
                raise
            self.row(self.one_row(row, data))

    def one_row(self, at, data):
        if self.unit == 4:
            words = cells(data, 4, self.chosen["endian"])
            return f"{at:08X}: {words} \n"
        if self.unit == 2:
            half = [cells(data[i:i + 8], 2, self.chosen["endian"])
                    for i in (0, 8)]
            return f"{at:08X}: {half[0]}  {half[1]} \n"
        text = printable(data)
        if self.chosen["format"] == "2001":
            half = [cells(data[i:i + 8], 2) for i in (0, 8)]
            return f"0x{at:08X}: {half[0]:<19}  {half[1]:<19}  |{text:<16}|\n"
        half = [cells(data[i:i + 8]) for i in (0, 8)]
        return f"{at:08X}: {half[0]:<23}  {half[1]:<23}  |{text:<16}|\n"

    def cksum(self, words):
        got = self.options(words, {"b": "base address", "l": "length"})
        if "b" not in got or "l" not in got:
            self.say("usage: cksum -b <addr> -l <length>\n")
            return
        data = self.memory.read(got["b"], got["l"])
        value, count = posix_cksum(data), len(data)
        if self.chosen["cksum"] == "old":
            self.say(f"POSIX cksum = 0x{value:08x} ({count})\n")
        else:
            self.say(f"POSIX cksum = {value} {count} "
                     f"(0x{value:08x} 0x{count:08x})\n")

    # The map.

    def images(self):
        """(name, offset, length, memory, entry), by address."""
        size, block = len(self.flash), self.block
        loader = min(3 * block, size // 4)
        last = size - block  # directory and configuration share it
        kernel = max(block, (last - loader) // block // 4 * block)
        start = self.ram_base + 0x41000
        return [
            ("RedBoot", 0, loader, None, 0),
            ("rootfs", loader, last - loader - kernel - block, None, 0),
            ("vmlinux.bin.l7", last - kernel - block, kernel, start, start),
            ("FIS directory", last, block - 0x400, None, 0),
            ("RedBoot config", size - 0x400, 0x400, None, 0),
        ]

    def fis(self, words):
        if not words or words[0] not in ("list", "free"):
            self.say("** Error: Illegal 'fis' command\n")
            return
        images = self.images()
        if words[0] == "free":
            end = images[2][1] + images[2][2]
            self.say(f"  0x{self.base + end:08X} .. "
                     f"0x{self.base + images[3][1]:08X}\n")
            return
        if self.chosen["fis"] == "unsorted":
            images = [images[i] for i in (0, 4, 3, 2, 1)]
        mem = "Checksum" if "-c" in words else "Mem addr"
        length = "Datalen" if "-d" in words else "Length"
        self.say(f"{'Name':<16}  FLASH addr  {mem:<10}  {length:<10}  "
                 "Entry point\n")
        for image in images:
            self.say(self.image_line(image, "-c" in words))

    def image_line(self, image, checksums):
        name, offset, length, memory, entry = image
        at = self.base + offset
        memory = 0 if checksums else memory or at
        if self.chosen["fis"] == "glued":
            return (f"{name:<15}0x{at:08X}  0x{memory:08X}  0x{length:06X}"
                    f"  0x{entry:08X}\n")
        return (f"{name:<16}  0x{at:08X}  0x{memory:08X}  0x{length:08X}"
                f"  0x{entry:08X}\n")

    def fconfig(self, words):
        if words == ["-l"]:
            self.say("Run script at boot: true\nBoot script:\n"
                     ".. fis load vmlinux.bin.l7\n.. exec\n\n"
                     "Boot script timeout (1000ms resolution): 2\n"
                     "Console baud rate: 9600\n"
                     "Network hardware address [MAC]: "
                     "0x02:0x00:0x5E:0x10:0x00:0x41\n")

    def version(self, _):
        self.banner()

    def help(self, _):
        self.say("Display (hex dump) a range of memory\n"
                 "   dump -b <location> [-l <length>]"
                 + ("\n" if self.chosen["format"] == "2001" else
                    " [-s] [-1|2|4]\n"))
        if self.chosen["cksum"] != "no":
            self.say("Compute a 32bit checksum [POSIX algorithm] for a range"
                     " of memory\n   cksum -b <location> -l <length>\n")
        if self.chosen["fis"] != "no":
            self.say("Manage FLASH images\n   fis {cmds}\n")
        self.say("Help about help?\n   help [<topic>]\n")


PERSONA = RedBoot
