# SPDX-License-Identifier: BSD-2-Clause
"""UEFI shell: `dmem` in hex, echo with cursor moves, coloured prompt.

ESC within five seconds skips startup.nsh, which would start a system; --set
startup=0: there is none, and the prompt comes in any case. A bad address
ends in a CPU exception, and the machine is dead. --set ascii=old: the ASCII
column shows `.` for the braces, the bar and the tilde, too. UNCONFIRMED in
the reference and chosen here: LF is ignored; only the last row scrolls (31
rows, as captured); the echo of an erase.
"""

from base import BadAddress, KB, MB, Persona, Reset, cells, number, printable

ROWS = 31
PLAIN = "\x1b[0m\x1b[37m\x1b[40m"
YELLOW = "\x1b[1m\x1b[33m\x1b[40m"
WHITE = "\x1b[1m\x1b[37m\x1b[40m"
PAGE = 4 * KB


class UefiShell(Persona):
    settings = {"startup": "1", "ascii": "new"}
    readonly = ("dmem", "mem", "dblk", "memmap", "map", "ver", "help", "cls",
                "smbiosview")
    enter = "\r"
    after_interrupt = "\n"
    ram_base = 0
    autoboot = 5.0
    noise_lines = ("SnpDxe: media state changed\n",
                   "TerminalDxe: spurious status\n")

    def map_memory(self):
        self.line_no = 1
        super().map_memory()
        self.memory.map((1 << 32) - len(self.flash), self.flash)

    def say(self, text):
        """Print, and know the row of the screen."""
        super().say(text)
        self.line_no = min(ROWS, self.line_no + text.count("\n"))

    def place(self, column):
        return f"\x1b[{self.line_no:02};{column:02}H"

    @property
    def prompt(self):
        return f"{self.place(1)}{YELLOW}Shell> {PLAIN}{self.place(8)}"

    def _edited(self, text, key):
        """Each key is drawn between two moves of the cursor."""
        column = 8 + len(text)
        if key in self.erase:
            if text:
                back = self.place(column - 1)
                self.say(f"{back} {back}")
            return text[:-1]
        if not " " <= key <= "~" or len(text) >= 85:
            return text
        self.say(self.place(column) * bool(text) + key
                 + self.place(column + 1))
        return text + key

    def banner(self):
        self.line_no = 1
        self.say("\x1b[2J\x1b[01;01H\x1b[01;01H"
                 "UEFI Interactive Shell v2.2\nEDK II\n"
                 "UEFI v2.70 (EDK II, 0x00010000)\n")
        self.mapping()

    def mapping(self):
        self.say(f"{YELLOW}Mapping table{PLAIN}\n"
                 f"{YELLOW}     BLK0:{PLAIN} {WHITE}Alias(s):{PLAIN}\n"
                 "          PciRoot(0x0)/Pci(0x4,0x0)\n")

    def stopped(self):
        """ESC does it; another key, or none, starts startup.nsh."""
        seconds = max(1, round(self.autoboot))
        key = None
        for left in range(seconds, 0, -1):
            self.say(f"{self.place(1)}Press {WHITE}ESC{PLAIN} in {left} "
                     f"seconds to skip {YELLOW}startup.nsh{PLAIN} "
                     "or any other key to continue.")
            key = self.key_within(self.autoboot / seconds)
            if key is not None:
                break
        self.say("\n")
        return key == 0x1B or self.chosen["startup"] == "0"

    def execute(self, line):
        words = line.split()
        name = words[0].lower()
        if name in ("dmem", "mem"):
            self.dump([word for word in words[1:] if word.lower() != "-mmio"])
        elif name == "memmap":
            self.memory_map()
        elif name == "map":
            self.mapping()
        elif name == "ver":
            self.say("UEFI Interactive Shell v2.2\nEDK II\n"
                     "UEFI v2.70 (EDK II, 0x00010000)\n")
        elif name == "cls":
            self.line_no = 1
            self.say("\x1b[2J\x1b[01;01H")
        elif name == "dblk":
            self.say("dblk: The argument is not a block device.\n")
        elif name == "reset":
            raise Reset
        elif name == "exit":
            self.boot_system()
        elif name not in ("mm", "edit", "hexedit", "cp", "rm", "set", "help"):
            self.say(f"'{YELLOW}{words[0]}{PLAIN}' is not recognized as an "
                     "internal or external command, operable program, or "
                     "script file.\n")

    def dump(self, words):
        """dmem [ADDR] [SIZE], both hex; without ADDR the first page."""
        values = [number(word, 16) for word in words]
        if None in values or len(values) > 2:
            self.say(f"dmem: Invalid argument - '{WHITE}{words[-1]}{PLAIN}'\n")
            return
        at = values[0] if values else self.ram_base
        size = values[1] if len(values) > 1 else 0x200
        self.say(f"Memory Address {at:016X} {size:X} Bytes\n")
        try:
            for here in range(at, at + size, 16):
                self.row(self.shape(
                    here, self.memory.read(here, min(16, at + size - here))))
        except BadAddress as bad:
            self.fault(bad.at)

    def shape(self, at, data):
        text = cells(data[:8])
        if data[8:]:
            text += "-" + cells(data[8:])
        high = 0x7A if self.chosen["ascii"] == "old" else 0x7E
        return f"  {at:08X}: {text:<47}  *{printable(data, high=high)}*\n"

    def fault(self, at):
        self.say("!!!! X64 Exception Type - 0E(#PF - Page-Fault)  "
                 "CPU Apic ID - 00000000 !!!!\n"
                 "ExceptionData - 0000000000000000  "
                 "I:0 R:0 U:0 W:0 P:0 PK:0 SS:0 SGX:0\n"
                 "RIP  - 000000000E28C7A0, CS  - 0000000000000038, "
                 "RFLAGS - 0000000000000246\n"
                 f"CR0  - 0000000080010033, CR2 - {at:016X}, "
                 "CR3 - 000000000F801000\n"
                 "!!!! Find image based on IP(0xE28C7A0) (No PDB)  "
                 "(ImageBase=000000000E27A000, "
                 "EntryPoint=000000000E295B10) !!!!\n")
        self.dead()

    def memory_map(self):
        """Of RAM and flash; their sizes are those of this machine."""
        ram, rom = self.ram_size, (1 << 32) - len(self.flash)
        cuts = (("BS_Code", 0, PAGE), ("Available", PAGE, 0xA0000),
                ("Available", 0x100000, ram - MB),
                ("ACPI_NVS", ram - MB, ram - 32 * PAGE),
                ("RT_Data", ram - 32 * PAGE, ram),
                ("MMIO", rom, 1 << 32))
        self.say("Type       Start            End              "
                 "# Pages          Attributes\n")
        total = {}
        for name, start, end in cuts:
            pages = -(-(end - start) // PAGE)
            kind = {"RT_Data": 0x800000000000000F,
                    "MMIO": 0x8000000000000001}.get(name, 0xF)
            total[name] = total.get(name, 0) + pages
            self.say(f"{name:<10} {start:016X}-{end - 1:016X} {pages:016X} "
                     f"{kind:016X}\n")
        self.say(" \n")
        for name in ("Reserved", "LoaderCode", "LoaderData", "BS_Code",
                     "BS_Data", "RT_Code", "RT_Data", "ACPI_Recl", "ACPI_NVS",
                     "MMIO", "MMIO_Port", "PalCode", "Unaccepted",
                     "Available", "Persistent"):
            pages = total.get(name, 0)
            self.say(f"  {name:<10}: {pages:14,} Pages "
                     f"({pages * PAGE:,} Bytes)\n")
        size = (sum(total.values()) - total["MMIO"]) * PAGE
        self.say(f"{' ' * 14}{'-' * 14} \n"
                 f"Total Memory: {size // MB:14,} MB ({size:,} Bytes)\n")


PERSONA = UefiShell
