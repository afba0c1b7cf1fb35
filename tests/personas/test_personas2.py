#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The other half of the self-test: EVA to the Linux shell."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import shell_tools  # noqa: E402
from harness import KB, Device, Tap, flash_image, joined, rows  # noqa: E402

tap = Tap()
flash = flash_image(256 * KB)
LEFT, RIGHT = "43 46 45 3E 20 52 65 64", "42 6F 6F 74 3E 20 3C 52"
TEXT = "CFE> RedBoot> <R"
START = ("--starting", "--set", "countdown=0.5")
PLAIN = ("--set", "countdown=0.5")


def break_in(device, name, marker, keys, after=None):
    """From a system that runs, by a reset, to the prompt."""
    device.until("Console is alive\r?\n", 8)
    device.send("\r")
    tap.equal(device.rest(0.1), "", f"{name}: the system is deaf")
    device.reset()
    device.until(marker)
    device.send(keys)
    device.until(after or device.at_prompt())
    log = device.log()
    tap.check("booted" in log and "reset" in log, f"{name}: break-in")


def same(got, start, offset, length, name):
    data = joined(got, start)
    tap.check(data == flash[offset:offset + length], name, data and data[:64])


def row(name, got, want):
    """The row of the 16 bytes at 0x80, in full."""
    tap.check(f"\n{want}\r" in got, f"{name}: a row", got)


def harmless(device, name, line=None):
    """Nothing so far could change the device; `line` could."""
    tap.equal(device.dangers(), [], f"{name}: nothing dangerous so far")
    if line:
        device.run(line)
        tap.equal(device.dangers(), [line], f"{name}: {line} is dangerous")


def windows(text):
    """mtdN: (start, end) of a printenv."""
    return {m[1]: (int(m[2], 16), int(m[3], 16)) for m in re.finditer(
        r"(?m)^(mtd\d)\s+0x(\w{8}),0x(\w{8})\r$", text)}


def test_eva():
    cell = r"^0x(\w{8}): ((?:0x[0-9A-F]{8} ?)+)\r"

    def decode(text):
        return rows(text.replace(" 0x", " "), r"0x(\w{8}): ([0-9A-F ]+)\n", 4,
                    "little")
    with Device("eva", flash, "Eva_AVM >", *START) as device:
        break_in(device, "eva", "AVM. EVA Revision", "x")
        mtd = windows(device.run("printenv"))
        tap.equal((mtd["mtd2"][0], mtd["mtd4"][1]),
                  (0x90000000, 0x90000000 + len(flash)), "eva: map")
        got = device.run("dm 0x90000000 100")
        tap.equal(len(re.findall("(?m)" + cell, got)), 25, "eva: row format")
        same(decode(got), 0x90000000, 0, 400, "eva: dm, decimal words")
        harmless(device, "eva", "erase mtd1")
        device.send("dm 0x60000000 4\r")
        tap.check(device.until("EVA Revision"), "eva: bad address resets")
    with Device("eva", flash, "Eva_AVM >", "--noise", "3") as device:
        got = device.run("dm 0x90000040 256")
        row("eva", got, "0x90000080: 0x3E454643 0x64655220 0x746F6F42 "
            "0x523C203E")
        same(decode(got), 0x90000040, 64, 1024, "eva: noise between rows")
        tap.check("eth0: link" in got, "eva: noise")


def test_pspboot():
    with Device("pspboot", flash, "(psbl) ", *START) as device:
        break_in(device, "pspboot", "for monitor...", "a\x1b")
        mtd = windows(device.run("printenv"))
        tap.equal(mtd["mtd2"][0], 0x90000000, "pspboot: printenv")
        got = device.run("fa")
        tap.check(f"Space End  : 0x{0xB0000000 + len(flash):08x}\r\n" in got,
                  "pspboot: fa")
        got = device.run("dm b0000080 64")
        row("pspboot", got, "B0000080: 3E454643 64655220 746F6F42 523C203E")
        same(rows(got, r"(\w{8}): ((?:\w{8} ?){4})\n", 4, "little"),
             0xB0000080, 0x80, 256, "pspboot: dm")
        harmless(device, "pspboot", "setenv X y")


ZYXEL = (r"([0-9A-F]{8}): ((?:[0-9A-F]{2} ){7}[0-9A-F]{2}-"
         r"(?:[0-9A-F]{2} ){7}[0-9A-F]{2})   .{16}\n")
PAGER = "< Press any key to Continue, ESC to Quit >"


def test_zyxel():
    def answer(device, line):
        device.send(line + "\r")
        return device.until("(OK|ERROR)\r\n")
    with Device("zyxel", flash, "", "--set", "locked=1", "--noise", "5",
                *START) as device:
        break_in(device, "zyxel", "enter debug mode within", " ",
                 "Enter Debug Mode\r\n")
        tap.equal(answer(device, "ATDUb0000000,10"),
                  "ATDUb0000000,10\r\nERROR\r\n", "zyxel: locked")
        seed = bytes.fromhex(re.search(r"\n(\w{12})\r",
                                       answer(device, "ATSE"))[1])
        head, turn = int.from_bytes(seed[:3], "big"), seed[5] & 7
        bits = f"{head + 0x10F0A563 & 0xFFFFFFFF:032b}"
        word = int(bits[32 - turn:] + bits[:32 - turn], 2) ^ head
        tap.check("ERROR" in answer(device, f"ATEN1,{word ^ 1:X}"),
                  "zyxel: wrong password")
        tap.check("OK" in answer(device, f"ATEN1,{word:X}"),
                  "zyxel: password")
        device.rest()  # until it listens: 17 characters, and a FIFO of 16
        device.send("ATDUb0000080,180\r")
        got = device.until(PAGER)
        tap.equal(len(rows(got, ZYXEL)), 16, "zyxel: a page is 16 lines")
        device.send(" ")
        got += device.until("OK\r\n")
        row("zyxel", got, f"B0000080: {LEFT}-{RIGHT}   {TEXT}")
        same(rows(got, ZYXEL), 0xB0000080, 0x80, 0x180, "zyxel: ATDU, noise")
        device.rest()
        device.send("ATDU b0000080,200\r")
        device.until(PAGER)
        device.send("\x1b")
        tap.equal(device.until("OK\r\n"), "\r\nOK\r\n", "zyxel: ESC quits")
        got = re.findall(r"start=(b\w+), len=(\w+)\r", answer(device, "ATMP"))
        tap.equal(sum(int(i[1], 16) for i in got), len(flash), "zyxel: ATMP")
        tap.check("ERROR" in answer(device, "ATDU100,10"),
                  "zyxel: bad address")
        harmless(device, "zyxel")
        answer(device, "ATUR")
        tap.equal(device.dangers(), ["ATUR"], "zyxel: ATUR is dangerous")
    with Device("zyxel", flash, "ATCmd>", "--set", "prompt=ATCmd") as device:
        tap.check("OK" in device.run("AT"), "zyxel: with a prompt")


def test_pmon():
    pattern = r"(\w{8})  ((?:\w\w[ ]{1,2}){16}) .{16}\n"
    with Device("pmon", flash, "PMON> ", *START) as device:
        break_in(device, "pmon", "key to abort.", " ")
        got = device.run("d -b bfc00080 12")
        row("pmon", got, f"bfc00080  {LEFT}  {RIGHT}  ".lower() + TEXT)
        same(rows(got, pattern), 0xBFC00080, 0x80, 0x120,
             "pmon: d counts lines, in hex")
        device.send("d -b bfc00000\r")
        got = device.until(r"more\.\.\. ")
        device.send("\r")
        got += device.until(r"\x08more\.\.\. ".replace(
            "more", ".*more"))
        device.send("q")
        device.until(re.escape(device.prompt))
        got = re.sub("more... (\b \b)+", "", got)
        same(rows(got, pattern), 0xBFC00000, 0, 0xB0, "pmon: pager")
        got = device.run("dump bfc00000 102")
        lines = [bytes.fromhex(x) for x in re.findall(r"S3(\w+) \r", got)]
        tap.check(all(sum(x) & 0xFF == 0xFF and x[0] == len(x) - 1
                      for x in lines)
                  and b"".join(x[5:-1] for x in lines) == flash[:0x102]
                  and got.endswith("S7030000FC \r\n% \r\n"),
                  "pmon: S-records")
        tap.check("BadVaddr=60000000" in device.run("d -b 60000000 1"),
                  "pmon: bad address")
        harmless(device, "pmon", "set autoboot no")
        device.reset()
        device.until("key to abort.")
        device.send("\r")
        tap.check(device.until("Console is alive"), "pmon: Enter boots")
    with Device("pmon", flash, "PM[1] ", "--set", "prompt=PM[!] ") as device:
        device.send("d -b bfc00000 1\r")
        tap.check(device.until(r"PM\[2\] "), "pmon: history number")


def test_yamon():
    with Device("yamon", flash, "YAMON> ", "--noise", "4", *START) as device:
        break_in(device, "yamon", "Ctrl-C to bypass this.", "x\x03")
        got = device.run("dump be000080 0x100")
        row("yamon", got, f"BE000080: {LEFT} {RIGHT}  CFE>.RedBoot>.<R")
        tap.check(got.startswith("\r\n\r\n") and got.endswith("\r\n\r\n")
                  and all(line[57:59] == "  " for line in got.splitlines()
                          if line.startswith("BE")), "yamon: shape of dump")
        same(rows(got, r"(BE\w{6}): ((?:\w\w ){16})"), 0xBE000080, 0x80,
             0x100, "yamon: dump")
        got = device.run("dump -32 be000000 10/64")
        same(rows(got, r"(BE\w{6}): ((?:\w{8} ){4})"), 0xBE000000, 0, 64,
             "yamon: words, a decimal length")
        want = subprocess.run(["cksum"], input=flash[16:5000], check=True,
                              capture_output=True).stdout.split()[0].decode()
        got = device.run(f"cksum be000010 {5000 - 16:x}")
        tap.check(f" = 0x{int(want):08x} (10'{want})\r" in got,
                  "yamon: cksum", got)
        tap.check(re.search("Error :.*Diag  :.*Hint  :", device.run(
            "dump 0 1"), re.S), "yamon: bad address")
        harmless(device, "yamon", "fill be000000 10 0")


def test_barebox():
    name = "barebox:/ "
    with Device("barebox", flash, name, "--set", "board=", "--set",
                "unreadable=0x104+2", *START) as device:
        break_in(device, "barebox", "stop autoboot:", " ")
        parts = [(m[3], int(m[1], 16), int(m[2], 16)) for m in re.finditer(
            r"`-- 0x(\w+)-0x(\w+) \(.{10}\): /dev/(nor0\S*)\r",
            device.run("devinfo"))]
        tap.equal(parts[0], ("nor0", 0, len(flash) - 1), "barebox: devinfo")
        start = parts[2][1]
        got = device.run("md -b -s /dev/nor0.bareboxenv 0x10+1k")
        tap.check(all(len(line) == 77 for line in got.splitlines()[1:]),
                  "barebox: ASCII at column 61")
        same(rows(got, r"(\w{8}): ((?:\w\w  ?){16}) "), 0x10,
             parts[2][1] + 0x10, 1024, "barebox: md -s")
        got = device.run("md -s /dev/nor0 0x100-0x10f")
        words = [flash[i:i + 4][::-1].hex() for i in (0x100, 0x108, 0x10C)]
        tap.check(f"00000100: {words[0]} xxxxxxxx {words[1]} {words[2]}  "
                  in got, "barebox: unreadable cells", got)
        got = device.run("crc32 -f /dev/nor0.kernel 16+2k")
        start = parts[3][1] + 16
        data = flash[start:start + 2048]
        tap.check(f"0x00000010 ... 0x0000080f ==> 0x{zlib.crc32(data):08x}"
                  in got, "barebox: crc32", got)
        got = device.run("md5sum /dev/nor0.kernel 16+2k")
        tap.check(f"\n{hashlib.md5(data).hexdigest()}  /dev/nor0.kernel\t"
                  "0x00000010 ... 0x00000810" in got, "barebox: md5sum", got)
        row("barebox", device.run("md -b 0xa0000080+16"),
            f"a0000080: {LEFT}  {RIGHT}   ".lower() + TEXT)
        tap.equal(device.run("md -b 0+4"), "\r\n00000000: xx xx xx xx"
                  .ljust(63) + "....\r\n", "barebox: nothing there")
        harmless(device, "barebox", "erase /dev/nor0")


def test_brnboot():
    with Device("brnboot", flash, "[DANUBE Boot]:", "--noise", "7",
                *START) as device:
        break_in(device, "brnboot", "command mode [.]{3}", "   ")
        device.send("!")
        device.until(device.at_prompt())
        device.send("r")
        device.until("to Read....0x")
        device.send("B0000080\r")
        device.until("1 Byte... ")
        device.send("3")
        device.until("10000[)]")
        device.send("320\r")
        got = device.until(device.at_prompt())
        row("brnboot", got, f"0xB0000080 {LEFT} {RIGHT} ")
        same(rows(got, r"0x(\w{8}) ((?:\w\w ){16})\n"), 0xB0000080, 0x80,
             320, "brnboot: the dialogue, a decimal count")
        harmless(device, "brnboot")
        device.send("E")
        got = device.until("to ERASE: ")
        device.send("x")
        tap.check(f"0xB0000000{len(flash) // KB:>8}K\r" in got
                  and device.dangers() == ["E"],
                  "brnboot: the map of the erase menu, dangerous", got)
        device.until(device.at_prompt())
        for question, answer in (("0x", "0\r"), ("Byte... ", "3"),
                                 ("0[)]", "1\r")):
            device.send("R" * (question == "0x"))
            device.until(question)
            device.send(answer)
        device.rest()
        tap.check("dead" in device.log(), "brnboot: bad address")


def test_openfirmware():
    base = (1 << 32) - len(flash)
    with Device("openfirmware", flash, "0 > ", "--noise", "5",
                "--starting") as device:
        device.until(device.at_prompt())
        got = device.run(f"{base + 0x81:x} f8 dump", "\n")
        lines = got.split("\r\n")
        data = b""
        for line in lines[1:-2]:
            match = re.match(r"(\w+)  ((?:\w\w  ?){16})   (.{16})$", line,
                             re.S)
            if match and int(match[1], 16) == base + 0x81 + len(data):
                data += bytes.fromhex(match[2])
        tap.check(data == flash[0x81:0x181] and lines[-2] == " ok",
                  "openfirmware: dump, whole lines", got)
        row("openfirmware", device.run(f"{base + 0x80:x} 10 dump"),
            f"{base + 0x80:x}  {LEFT}  {RIGHT}    ".lower() + TEXT)
        tap.check("\x7f" in got and "\xf6" in got, "openfirmware: raw bytes")
        device.send("1 2\r")
        tap.equal(device.until("2 > "), "1 2  ok\r\n2 > ",
                  "openfirmware: the prompt counts")
        device.send("clear\r\n")
        tap.equal(device.until("0 >   ok\r\n0 > "), "clear  ok\r\n0 >   ok\r\n"
                  "0 > ", "openfirmware: CR LF are two lines")
        tap.equal(device.run("decimal 16 16 dump hex").split()[0], "16",
                  "openfirmware: the base of the address")
        harmless(device, "openfirmware", "1 2 c!")
        device.send("10000000 10 dump\r")
        tap.check(device.until("Stopping execution\r\n") and not device.rest(),
                  "openfirmware: bad address")


def test_uefi_shell():
    base = (1 << 32) - len(flash)

    def clean(text):
        return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
    with Device("uefi-shell", flash, "Shell> ", *START) as device:
        prompt = r"Shell> \x1b\[0m\x1b\[37m\x1b\[40m\x1b\[\d\d;08H"
        break_in(device, "uefi-shell", "any other key", "\x1b", prompt)
        device.send("mem")
        tap.check(re.fullmatch(
            r"m\x1b\[(..);09H\x1b\[\1;09He\x1b\[\1;10H\x1b\[\1;10H"
            r"m\x1b\[\1;11H", device.rest()), "uefi-shell: echo")
        device.send(f" {base + 0x80:x} 1F8\r")
        got = clean(device.until(prompt))
        tap.check("\r\nMemory Address 00000000" in got
                  and " 1F8 Bytes\r\n" in got, "uefi-shell: header", got)
        row("uefi-shell", got, f"  {base + 0x80:X}: {LEFT}-{RIGHT}  *{TEXT}*")
        found = rows(got, r"  (\w{8}): ((?:\w\w[ -]){7,15}\w\w) ")
        same(found, base + 0x80, 0x80, 0x1F8, "uefi-shell: dmem")
        device.send("memmap\r")
        got = clean(device.until(prompt))
        tap.check(f"\nMMIO       {base:016X}-00000000FFFFFFFF "
                  f"{len(flash) >> 12:016X} " in got, "uefi-shell: memmap")
        device.send("ladida\r")
        tap.check("'ladida' is not recognized" in clean(device.until(prompt)),
                  "uefi-shell: unknown command")
        tap.equal(device.dangers(), ["ladida"], "uefi-shell: dangers")
        device.send("dmem 70000000 10\r")
        tap.check(device.until("#PF - Page-Fault") and device.rest()
                  and "dead" in device.log(), "uefi-shell: bad address")


def test_tools():
    """The tools played here print what the host's do."""
    cases = (("base64",), ("xxd",), ("xxd", "-p"), ("xxd", "-p", "-c", "64"),
             ("hexdump",), ("hexdump", "-C"), ("hexdump", "-v", "-C"),
             ("hexdump", "-v", "-e", '16/1 "%02x" "\\n"'),
             ("hexdump", "-v", "-e", '"%08_ax: " 8/1 "%02x " "\\n"'),
             ("hexdump", "-e", '4/4 "%08x " "\\n"'),
             ("od", "-A", "x", "-t", "x1", "-v"), ("od",),
             ("od", "-A", "x", "-t", "x1z"), ("od", "-An", "-v", "-tx4"),
             ("od", "-Ad", "-v", "-t", "o1"), ("tail", "-c", "+9"),
             ("tail", "-c", "7"), ("head", "-c", "100"))
    for name, *words in cases:
        if not shutil.which(name):
            continue
        flags, valued, function = shell_tools.TOOLS[name]
        for data in (flash[:133], flash[0x1C0:0x2F5], flash[:64], b""):
            want = subprocess.run([name, *words], input=data, check=True,
                                  capture_output=True).stdout
            got = function(shell_tools.options(words, flags, valued)[0], data)
            got = got if isinstance(got, bytes) else got.encode("latin-1")
            if got != want:
                break
        tap.equal(got, want, f"{name} {' '.join(words)}")


def test_linux_shell():
    with Device("linux-shell", flash, "/ # ", "--starting", "--noise", "3",
                "--set", "tools=base64,dmesg,md5sum,stty") as device:
        device.until("activate this console. ")
        device.send("\r")
        device.until(device.at_prompt())
        table = re.findall(r'mtd(\d): (\w{8}) \w{8} "([^"]+)"\r',
                           device.run("cat /proc/mtd"))
        sizes = [int(size, 16) for _, size, _ in table]
        tap.equal(sum(sizes[:-1]), len(flash), "linux-shell: /proc/mtd")
        got = device.run("type base64 xxd")
        tap.check("base64 is /" in got and "xxd: not found" in got,
                  "linux-shell: type")
        tap.check("[  31" in device.run("base64 /dev/mtd0"),
                  "linux-shell: kernel messages")
        device.run("dmesg -n 1")
        got = device.run("dd if=/dev/mtd2 bs=1k skip=2 count=3 2>/dev/null "
                         "| base64 && echo end$?")
        start = sum(sizes[:2]) + 2048
        tap.check(base64.b64decode(got[:got.index("end0")])
                  == flash[start:start + 3072], "linux-shell: dd, base64")
        got = device.run("dd if=/dev/mtd2 bs=1k skip=2 count=3 | md5sum")
        want = hashlib.md5(flash[start:start + 3072]).hexdigest()
        tap.check(f"3+0 records out\r\n3072 bytes copied\r\n{want}  -\r\n"
                  in got, "linux-shell: md5sum", got)
        tap.check("dd: can't open '/dev/mtd99'" in device.run(
            "dd if=/dev/mtd99 | base64"), "linux-shell: no such device")
        tap.check("not found" in device.run("/bin/true")
                  and "syntax error" in device.run("`id`"),
                  "linux-shell: runs nothing of the host")
        tap.equal(device.dangers(), ["dmesg -n 1", "/bin/true", "`id`"],
                  "linux-shell: only those are dangerous")
        for line in ("dd if=/dev/mtd0 of=/dev/mtd1", "echo a > /dev/mtd1",
                     "cat /dev/mtd0 | mtd write - fs", "reboot -n; true"):
            before = len(device.dangers())
            device.send(line + "\r")
            device.rest()
            tap.equal(device.dangers()[before:], [line],
                      f"linux-shell: {line} is dangerous")
        tap.check("reset" in device.log(), "linux-shell: reboot")
    with Device("linux-shell", flash, "/ # ") as device:
        device.send("stty -echo\r")
        device.until(device.at_prompt())
        device.send("PS1='=> '; echo $((0x10+2*3))\r")
        tap.equal(device.until("=> "), "22\r\n=> ",
                  "linux-shell: no echo, sums, PS1")


def main():
    wanted = sys.argv[1:]
    for name, test in list(globals().items()):
        if name.startswith("test_") and (
                not wanted or name[5:].replace("_", "-") in wanted):
            try:
                test()
            except (TimeoutError, ValueError, TypeError, IndexError,
                    KeyError) as fault:
                tap.check(False, f"{name}: came to its end", repr(fault))
    tap.finish()


main()
