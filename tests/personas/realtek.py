# SPDX-License-Identifier: BSD-2-Clause
"""Realtek's loader: FLR asks before it stages flash in RAM; DB and DW."""

from base import KB, MB, BadAddress, Persona, Reset, cells, number, printable

ESC = "\x1b"


class Realtek(Persona):
    settings = {
        "loader": "stock",  # open: DB upper-case, DW counts lines
        "eol": "lfcr",  # expanded: each LF of it goes out as CR LF
        "debug": "yes",  # no: built without DB, DW, CMP
        "bad": "hang",  # reset
    }
    prompt = "<RealTek>"
    eol = "\n\r"
    autoboot = 1.0
    readonly = ("?", "help", "db", "dw", "d", "flr", "cmp")

    def map_memory(self):
        if self.chosen["eol"] == "expanded":
            self.eol = "\r\n\r"
        for base in (0x80000000, 0xA0000000):
            self.memory.map(base, self.ram)

    def safe(self, line):
        """The keys of the break-in make a line which does nothing."""
        return not line.strip(ESC + " ") or super().safe(line)

    def rule(self):
        self.say("@" * 80 + "\n")

    def banner(self):
        size = len(self.flash)
        self.say("\nBooting...\n\n")
        self.rule()
        self.say(
            "@\n@ chip__no chip__id mfr___id dev___id cap___id size_sft "
            "dev_size chipSize\n"
            f"@ 0000000h 0ef4018h 00000efh 0000040h 0000018h 0000000h "
            f"{size.bit_length() - 1:07x}h {size:07x}h\n"
            "@ blk_size blk__cnt sec_size sec__cnt pageSize page_cnt "
            "chip_clk chipName\n"
            f"@ 0010000h {size // (64 * KB):07x}h 0001000h "
            f"{size // (4 * KB):07x}h 0000100h 0000010h 000004eh W25Q128\n"
            "@\n")
        self.rule()
        self.say(
            f"DDR1:{self.ram_size // MB}MB\n\n---RealTek(RTL8196E)at "
            "2016.05.11-09:41+0800 v1.6 [16bit](400MHz)\n"
            "P0phymode=01, embedded phy\n")

    def stopped(self):
        return self.key_within(self.autoboot, ESC) is not None

    def start(self):
        self.say("\n---Escape booting by user\n\n---Ethernet init Okay!\n")

    def boot_system(self):
        self.say("Jump to image start=0x80500000...\n"
                 "decompressing kernel:\n")
        super().boot_system()

    def handlers(self):
        found = {"?": self.help, "help": self.help, "flr": self.flr}
        if self.chosen["debug"] == "yes":
            found.update(db=self.db, dw=self.dw, d=self.dw, cmp=self.cmp)
        return found

    def execute(self, line):
        words = line.split()
        handler = self.handlers().get(words[0].lower())
        if not handler:
            self.say("Unknown command !\n")
            return
        try:
            handler(words[1:])
        except BadAddress as bad:
            self.exception(bad.at)

    def exception(self, at):
        self.say("Undefined Exception happen.\nCause=00000008 "
                 f"EPC=80103a44 BADVADDR={at & 0xFFFFFFFF:08x}\n")
        if self.chosen["bad"] == "reset":
            raise Reset
        self.dead()

    def help(self, _):
        self.say(
            "----------------- COMMAND MODE HELP ------------------\n"
            "HELP (?)\t\t\t    : Print this help message\n")
        if self.chosen["debug"] == "yes":
            self.say("DB <Address> <Len>\nDW <Address> <Len>\n"
                     "EB <Address> <Value1> <Value2>...\n"
                     "EW <Address> <Value1> <Value2>...\n"
                     "CMP: CMP <dst><src><length>\n")
        self.say("J: Jump to <TargetAddress>\n"
                 "FLR: FLR <dst><src><length>\n"
                 "FLW <dst_ROM_offset><src_RAM_addr><length_Byte>\n")

    def numbers(self, words, bases, missing):
        """Arguments in their radixes; None after `Wrong argument`."""
        found = [number(w, b) for w, b in zip(words, bases)]
        found += missing[len(missing) - len(bases) + len(found):]
        if None in found or len(found) != len(bases):
            self.say("Wrong argument number!\n")
            return None
        return found

    def flr(self, words):
        """To RAM, from an offset in flash, hexadecimal length; after Y."""
        found = self.numbers(words, (16, 16, 16), (None, None, None))
        if not found:
            return
        to, start, length = found
        self.say(f"Flash read from {start:08X} to {to:08X} with "
                 f"{length:08X} bytes        ?\n")
        answer = self.read_line("(Y)es , (N)o ? --> ")
        if answer is not None:
            self.log("answer " + answer)
        if not answer or answer[0] not in "Yy":
            self.say("Abort!\n")
            return
        self.memory.read(to, length)
        size = len(self.flash)
        data = bytearray()
        while len(data) < length:  # the chip goes on at its start
            at = (start + len(data)) % size
            data += self.flash[at:at + length - len(data)]
        self.memory.write(to, data)
        open_one = self.chosen["loader"] == "open"
        self.say(f"Flash Read {'Succeeded' if open_one else 'Successed'}!\n")

    def db(self, words):
        """Hexadecimal address, decimal number of bytes."""
        found = self.numbers(words, (16, 10), (None, 16))
        if not found:
            return
        at, length = found
        form = "X" if self.chosen["loader"] == "open" else "x"
        columns = " ".join(f".{i:X}" for i in range(16))
        self.say(f" [Addr]   {columns}\n")
        for row in range(at, at + length, 16):
            data = self.memory.read(row, min(16, at + length - row))
            self.row(f"{row:08X}: {cells(data, 1, form=form):<47}"
                     f"     {printable(data)}\n")

    def dw(self, words):
        """Hexadecimal address, decimal number of words (or of rows)."""
        found = self.numbers(words, (16, 10), (None, 4))
        if not found:
            return
        at = found[0] | 0x80000000
        rows = found[1] if self.chosen["loader"] == "open" else \
            -(-found[1] // 4)
        end = "\n" if self.chosen["eol"] == "lfcr" else "\r\n"
        eol, self.eol = self.eol, end
        try:
            for row in range(at, at + 16 * rows, 16):
                shown = cells(self.memory.read(row, 16), 4, sep="\t")
                self.row(f"{row:08X}:\t{shown}\n")
        finally:
            self.eol = eol

    def cmp(self, words):
        """Two areas, hexadecimal length; names the first word that differs."""
        found = self.numbers(words, (16, 16, 16), (None, None, None))
        if not found:
            return
        first, second = (self.memory.read(at, found[2]) for at in found[:2])
        for i in range(0, len(first), 4):
            if first[i:i + 4] != second[i:i + 4]:
                self.say(f"{i // 4}th data({first[i:i + 4].hex()} "
                         f"{second[i:i + 4].hex()}) error\n")
                return
        self.say("No error found\n")


PERSONA = Realtek
