# SPDX-License-Identifier: BSD-2-Clause
"""A root shell of a small Linux on the console, with flash as /dev/mtdN.

The shell and its tools are played here; no program of the host is run. What
stays behind when fwfs has gone is dangerous, as `dmesg -n 1`, `stty`. --set
tools=a,b,c: which tools exist besides cat, dd and what is built in. Kernel
messages (--noise) come until `dmesg -n 1`. --set overlap=0: no partition lies
over two others. --set sysfs=0: an old kernel without /sys/class/mtd/*/offset.
--set history=FILE: the shell appends each line to it at once, as busybox does;
the log has them as KEPT. --set iflag=1: dd knows iflag=. --set lineedit=1: the shell echoes by itself,
whatever stty says. --set ask=1: a prompt asks for the cursor's position.
UNCONFIRMED in the reference and chosen here: that Enter must be pressed
before a shell starts (--set getty=0: it starts by itself).
"""

import fnmatch

from base import Persona, Reset
from layout import split
from shell_tools import SUMS, TOOLS, Usage, checksum, dd, options
from shell_words import SyntaxFault, Unfinished, parse

ALWAYS = ("cat", "dd")
BUILTIN = ("echo", "type", "command", "true", "false", "export", ":", "sh",
           "exit")
OTHERS = ("stty", "dmesg", "cksum", "which", "uname", "id", "sleep")
EVERY = (*SUMS[:3], "cksum", "stty", "dmesg", "which", "uname", "id", "sleep",
         *(name for name in TOOLS if name not in ALWAYS))
DANGEROUS = ("reboot", "mtd", "flash_erase", "flash_eraseall", "flashcp",
             "rm", "cp", "mv", "mount", "nandwrite", "poweroff")


class LinuxShell(Persona):
    settings = {"tools": ",".join(EVERY), "prompt": "/ # ", "overlap": "1",
                "sysfs": "1", "iflag": "0", "lineedit": "0", "ask": "0",
                "history": "", "getty": "1", "mac": "02:a3:5b:10:c7:04"}
    line_max = 1023
    typeahead = 1024
    noise_lines = (
        "[  312.440816] br0: port 2(eth0.1) entered forwarding state\n",
        "[  313.002747] random: nonblocking pool is initialized\n",
        "[  314.919002] usb 1-1: new high-speed USB device number 2\n")

    def map_memory(self):
        self.quiet = False
        self.echo = True
        self.status = 0
        self.shells = []
        self.new_shell(self.chosen["prompt"], self.chosen["history"])
        self.files = self.make_files()

    def new_shell(self, prompt, history):
        self.kept = history
        self.variables = {"PS1": prompt, "PS2": "> "}
        if history:
            self.variables["HISTFILE"] = history

    @property
    def prompt(self):
        ask = "\x1b[6n" if self.chosen["ask"] == "1" else ""
        return self.variables["PS1"] + ask

    # The machine.

    def partitions(self):
        """(name, offset, size) of mtd0, mtd1, ..."""
        parts = split(len(self.flash), (
            ("boot loader", 1), ("u_env", 1), ("kernel", 6),
            ("rootfs", None), ("User FS", 4), ("art", 1)))
        if self.chosen["overlap"] == "1":
            start = parts[2][1]
            end = parts[3][1] + parts[3][2]
            parts.append(("firmware", start, end - start))
        return parts

    def make_files(self):
        erase = max(16, len(self.flash) // 32)
        table = "dev:    size   erasesize  name\n"
        files = {"/dev/null": b"", "/proc/cpuinfo": (
            b"system type\t\t: MT7620N\nmachine\t\t\t: Tern A5\n"
            b"cpu model\t\t: MIPS 24KEc V5.0\n"),
            "/proc/version": b"Linux version 3.10.14 (build@host) #3\n",
            "/sys/class/net/eth0/address":
            self.chosen["mac"].encode() + b"\n"}
        for i, (name, start, size) in enumerate(self.partitions()):
            table += f'mtd{i}: {size:08x} {erase:08x} "{name}"\n'
            data = self.flash[start:start + size]
            for node in (f"mtd{i}", f"mtd{i}ro", f"mtdblock{i}"):
                files["/dev/" + node] = data
            folder = f"/sys/class/mtd/mtd{i}/"
            for key, value in (("name", name), ("size", size),
                               ("erasesize", erase), ("type", "nor")):
                files[folder + key] = f"{value}\n".encode()
            if self.chosen["sysfs"] == "1":
                files[folder + "offset"] = f"{start}\n".encode()
        files["/proc/mtd"] = table.encode()
        return files

    def boot_log(self):
        for i, text in enumerate(
                ["Linux version 3.10.14 (build@host) #3", "m25p80 spi0.0: "
                 f"mx25l6405d ({len(self.flash) >> 10} Kbytes)",
                 f"Creating {len(self.partitions())} MTD partitions on "
                 '"spi0.0":'] + [
                    f'0x{start:012x}-0x{start + size:012x} : "{name}"'
                    for name, start, size in self.partitions()]):
            yield f"[{i * 0.21:12.6f}] {text}\n"

    def banner(self):
        for text in self.boot_log():
            self.say(text)

    def stopped(self):
        """Enter starts a shell, whenever it comes."""
        if self.chosen["getty"] == "1":
            self.say("\nPlease press Enter to activate this console. ")
            while self.wire.get() not in b"\r\n":
                pass
        return True

    def start(self):
        self.say("\n\n\nBusyBox v1.22.1 (2016-03-11 14:22:08 UTC) built-in "
                 "shell (ash)\nEnter 'help' for a list of built-in commands."
                 "\n\n")

    def _echo(self, text):
        if self.chosen["lineedit"] == "1" or self.echo:
            self.say(text)

    def row(self, text):
        if self.quiet:
            self.say(text)
        else:
            super().row(text)

    # The shell.

    def read_line(self, prompt):
        """A line that ends with | or && goes on behind "> "."""
        line = super().read_line(prompt)
        while line is not None and line.rstrip().endswith(("|", "&&")):
            more = super().read_line(self.variables["PS2"])
            line = None if more is None else f"{line} {more}"
        return line

    def command(self, line):
        if self.kept and line:
            self.log("KEPT " + line)
        super().command(line)

    def inner_shell(self, stage):
        """NAME=VALUE... sh: its prompt is the usual one."""
        given = dict(word.partition("=")[::2] for word in stage.words)
        self.shells.append((self.kept, self.variables))
        self.new_shell("~ # ", given.get("HISTFILE", self.chosen["history"]))
        self.start()

    def known(self, name):
        """Does this command exist?"""
        return name in ALWAYS + BUILTIN or (
            name in self.chosen["tools"].split(",")
            and name in (*TOOLS, *SUMS, *OTHERS))

    def safe(self, line):
        try:
            chains = parse(line, self.variables)
        except SyntaxFault as fault:
            return isinstance(fault, Unfinished)
        return all(self.safe_stage(stage)
                   for _, stages in chains for stage in stages)

    def safe_stage(self, stage):
        """Known, and it writes nowhere but to /dev/null."""
        words = self.command_words(stage)
        writes = [target for kind, _, target in stage.files
                  if kind in (">", ">>") and target != "/dev/null"]
        if writes or words and words[0] not in (
                *ALWAYS, *BUILTIN, *TOOLS, *SUMS, *OTHERS):
            return False
        if words[:1] == ["stty"]:
            return words[1:] in ([], ["-a"])
        if words[:1] == ["dmesg"]:
            return words[1:] == []
        return words[:1] != ["dd"] or not any(
            word.startswith("of=") and word != "of=/dev/null"
            for word in words)

    @staticmethod
    def command_words(stage):
        """Its words without the assignments before them."""
        words = list(stage.words)
        while words and words[0].partition("=")[0].isidentifier() \
                and "=" in words[0]:
            words.pop(0)
        return words

    def execute(self, line):
        try:
            chains = parse(line, {**self.variables, "?": str(self.status)})
        except SyntaxFault as fault:
            self.say(f"sh: syntax error: {fault}\n")
            self.status = 2
            return
        for joint, stages in chains:
            if joint == ";" or (joint == "&&") == (self.status == 0):
                self.pipeline(stages)

    def pipeline(self, stages):
        data = b""
        for stage in stages:
            data = self.run_stage(stage, data)
        for text in data.decode("latin-1").splitlines(True):
            self.row(text)

    def run_stage(self, stage, data):
        """What it leaves for the next one; errors are printed."""
        words = self.command_words(stage)
        if not words:
            for word in stage.words:
                key, _, value = word.partition("=")
                self.variables[key] = value
            self.status = 0
            return b""
        if words == ["sh"]:
            self.inner_shell(stage)
            return b""
        errors = True
        merged = shown = False
        try:
            for kind, descriptor, target in stage.files:
                if kind == "<":
                    data = self.read(target)
                elif kind == ">&":
                    merged = merged or (descriptor, target) == ("2", "1")
                    errors = errors and (descriptor, target) != ("2", "-")
                elif target != "/dev/null":
                    raise OSError(f"can't create {target}: "
                                  "Read-only file system")
                elif descriptor == "2":
                    errors = False
                else:
                    shown = True
                    errors = errors and not merged
        except OSError as fault:
            self.say(f"sh: {fault}\n")
            self.status = 1
            return b""
        out, text, self.status = self.run_command(words, data)
        if merged and shown:
            text = ""
        elif merged:
            out, text = out + text.encode("latin-1"), ""
        if text and errors:
            self.say(text)
        return b"" if shown else out

    def read(self, name):
        if name not in self.files:
            raise OSError(f"can't open '{name}': No such file or directory")
        return self.files[name]

    def globbed(self, words):
        """With the files that bare * and ? stand for."""
        for word in words:
            names = sorted(name for name in self.files
                           if getattr(word, "bare", False)
                           and fnmatch.fnmatchcase(name, word)
                           and name.count("/") == word.count("/"))
            yield from names or [word]

    def run_command(self, words, data):
        """(output, errors, status)."""
        name, *words = self.globbed(words)
        try:
            if not self.known(name):
                return self.unknown(name)
            if name == "dd":
                out, stats = dd(words, self.read, data,
                                self.chosen["iflag"] == "1")
                return out, stats, 0
            if name in TOOLS:
                return self.run_tool(name, words, data), "", 0
            if name in (*SUMS, "cksum"):
                return self.sums(name, words, data), "", 0
            return self.run_builtin(name, words)
        except (OSError, Usage) as fault:
            return b"", f"{name}: {fault}\n", 1

    def unknown(self, name):
        if name == "reboot":
            raise Reset
        if name in DANGEROUS:
            return b"", "", 0
        return b"", f"sh: {name}: not found\n", 127

    def run_tool(self, name, words, data):
        flags, valued, function = TOOLS[name]
        chosen, names = options(words, flags, valued)
        if names:
            data = b"".join(self.read(file) for file in names)
        out = function(chosen, data)
        return out if isinstance(out, bytes) else out.encode("latin-1")

    def sums(self, name, words, data):
        out = checksum(name, data, "") if not words else "".join(
            checksum(name, self.read(file), file) for file in words)
        return out.encode("latin-1")

    def run_builtin(self, name, words):
        out, status = "", int(name == "false")
        if name == "echo":
            end = "" if words[:1] == ["-n"] else "\n"
            out = " ".join(words[not end:]) + end
        elif name in ("type", "which") or name == "command" and words[:1] in (
                ["-v"], ["-V"]):
            out, status = self.probe(name, words)
        elif name == "stty":
            self.echo = "-echo" not in words and (
                "echo" in words or self.echo)
        elif name == "dmesg" and not words:
            out = "".join(self.boot_log())
        elif name == "dmesg":
            self.quiet = "".join(words) == "-n1"
        elif name == "exit" and self.shells:
            self.kept, self.variables = self.shells.pop()
        elif name == "export":
            for word in words:
                key, _, value = word.partition("=")
                self.variables[key] = value
        else:
            out = {"uname": "Linux\n",
                   "id": "uid=0(root) gid=0(root)\n"}.get(name, "")
        return out.encode("latin-1"), "", status

    def probe(self, name, words):
        """type, which, command -v: where commands are."""
        out, status = "", 0
        for word in words[name == "command":]:
            path = ("/bin/" if word in ("cat", "dd", "stty", "dmesg")
                    else "/usr/bin/") + word
            if not self.known(word):
                out += f"{word}: not found\n" * (name == "type")
                status = 127 if name != "which" else 1
            elif word in BUILTIN:
                out += f"{word} is a shell builtin\n" if name == "type" \
                    else word + "\n"
            else:
                out += f"{word} is {path}\n" if name == "type" \
                    else path + "\n"
        return out, status


PERSONA = LinuxShell
