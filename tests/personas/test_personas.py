#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Drives each persona over its pty; decoders of its own check the dumps."""

import os
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from harness import KB, Device, Tap, flash_image, joined, rows  # noqa: E402

tap = Tap()
flash = flash_image(256 * KB)
BYTES = r"([0-9A-F]{8}): ((?:[0-9A-F]{2} {1,2}){16})"


def break_in(device, marker, key):
    """From a system that runs, by a reset, to the prompt."""
    device.until(r"Console is alive\r?\n\r?", 8)
    device.send("\r")
    name = device.process.args[1]
    tap.equal(device.rest(0.1).strip(), "", f"{name}: the system is deaf")
    device.reset()
    device.until(marker)
    device.send(key)
    device.until(device.at_prompt())
    device.rest(0.05)
    tap.check("reset" in device.log(), f"{name}: reset and break-in")


def same(got, start, offset, length, name):
    tap.equal(joined(got, start), flash[offset:offset + length], name)


START = ("--starting", "--set", "countdown=0.7")


def test_redboot():
    with Device("redboot", flash, "RedBoot> ", *START) as device:
        break_in(device, "to abort\r\n", "\x03")
        answer = device.run("fis list")
        images = re.findall(r"(?m)^(.{16})  0x(\w{8})  0x(\w{8})  0x(\w{8})"
                            r"  0x(\w{8})\r$", answer)
        end = max(int(i[1], 16) + int(i[3], 16) for i in images)
        tap.equal(end, 0xA8000000 + len(flash), "redboot: the map's end")
        got = device.run("dump -b 0xa8000080 -l 0x200 -1")
        same(rows(got, BYTES), 0xA8000080, 0x80, 0x200, "redboot: dump -1")
        got = device.run("d -b 0xa8000000 -l 64 -4", "\r\n")
        same(rows(got, r"(\w{8}): ((?:\w{8} ){4})\n"), 0xA8000000, 0, 64,
             "redboot: dump -4, CR LF is one line end")
        got = device.run("dump -b 0xa8000000 -l 0x100 -s")
        s_records = re.findall(r"S3(\w{44})\r", got)
        data = [bytes.fromhex(record) for record in s_records]
        tap.check(all(sum(record) & 0xFF == 0xFF for record in data)
                  and b"".join(record[5:-1] for record in data)
                  == flash[:0x100], "redboot: S-records")
        with_tool = subprocess.run(["cksum"], input=flash[16:5000],
                                   capture_output=True, check=True)
        want = with_tool.stdout.split()[0].decode()
        got = device.run(f"cksum -b 0xa8000010 -l {5000 - 16}")
        tap.check(f"POSIX cksum = {want} 4984 (0x{int(want):08x} 0x00001378)"
                  in got, "redboot: cksum", got)
        got = device.run("dump -b 0x60000000")
        tap.check("** command abort - illegal memory access?" in got,
                  "redboot: bad address")
        tap.equal(device.dangers(), [], "redboot: nothing dangerous so far")
        device.run("fis erase -f 0xa8000000 -l 0x1000")
        tap.equal(len(device.dangers()), 1, "redboot: fis erase is")
    with Device("redboot", flash, "RedBoot> ", "--set", "format=2001",
                "--set", "cksum=no") as device:
        got = device.run("dump -b 0xa8000000 -l 64")
        same(rows(got, r"0x(\w{8}): ((?:\w{4} {1,2}){8}) \|.{16}\|\n"),
             0xA8000000, 0, 64, "redboot 2001: byte pairs")
        tap.check('Illegal command: "cksum"' in
                  device.run("cksum -b 0xa8000000 -l 16"),
                  "redboot: without cksum")


def test_cfe():
    with Device("cfe", flash, "CFE> ", *START) as device:
        break_in(device, "nameserver not set\r\n", "\x03")
        got = device.run("show devices")
        sizes = re.findall(r"(?m)^flash0\.\S+ .* offset (\w{8}) size (\d+)KB",
                           got)
        tap.equal(int(sizes[-1][0], 16) + int(sizes[-1][1]) * KB, len(flash),
                  "cfe: the map's end")
        tap.check(got.endswith("*** command status = 0\r\n"),
                  "cfe: status line")
        got = device.run("d -b bc000000 64")
        same(rows(got, r"(\w{8}): ((?:\w{2} ){16}|(?:\w{2} ){4})"),
             0xBC000000, 0, 0x64, "cfe: d -b, hexadecimal length")
        got = device.run("d -w 1c000040 0x40")
        same(rows(got, r"(\w{8}): ((?:\w{8} ){4})", 4, "little"),
             0x1C000040, 0x40, 0x40, "cfe: d -w")
        tap.check("*** command status = -1" in device.run("ladida"),
                  "cfe: unknown command")
        device.send("d 60000000\r")
        got = device.until("CFE version 1[^\r]*")
        tap.check("**Exception 8: EPC=" in got, "cfe: bad address, reset")
    with Device("cfe", flash, "CFE> ", "--set", "format=stb", "--set",
                "bad=peek") as device:
        got = device.run("d -b 0xbc000080 40")
        same(rows(got, r"(\w{8})  ((?:\w{2} ){16})"), 0xBC000080, 0x80, 64,
             "cfe stb: d -b")
        tap.check("Could not display memory" in device.run("d 60000000"),
                  "cfe: bad address, peek")


def test_cfe_dm():
    with Device("cfe-dm", flash, "CFE> ", *START) as device:
        break_in(device, r"count down: 1", " ")
        got = device.run("dm b8000080 160")
        same(rows(got, r"(\w{8}): ((?:\w{2} ){16})"), 0xB8000080, 0x80, 160,
             "cfe-dm: dm, decimal length")
        got = device.run("dm 0xb8000010 4")
        tap.check(f"b8000010: {flash[16:20].hex()} " in got,
                  "cfe-dm: 4 bytes are a word", got)
        device.send("dm 60000000 16\r")
        tap.check("Exception" in device.until("CFE version"),
                  "cfe-dm: bad address")
    words = r"(\w{8}): (\w{8} \w{8} \w{8} \w{8})    .{16}\n"
    with Device("cfe-dm", flash, "CFE> ", "--set", "variant=nand",
                "--noise", "9") as device:
        got = device.run("dn 1 2 2")
        pages = re.split(r"-+ block: 1, page: [23] -+\r\n", got)[1:]
        for i, page in enumerate(pages):
            page = page.split("-----------")[0]
            same(rows(page, words), 0, (66 + i) * 2048, 2048,
                 f"cfe-dm: dn, page {2 + i}, noise skipped")
        tap.check("ECC Error" in got and got.count("spare area for") == 2,
                  "cfe-dm: noise and spare areas")
        tap.check("*** command status = 1" in got, "cfe-dm: status of dn")
        got = device.run("dm b8000000 32")
        data = joined(rows(got, r"(\w{8}): ((?:\w{2} ){16})"), 0xB8000000)
        tap.equal(data[:8] * 4, data, "cfe-dm: NAND is not mapped")


def test_bolt():
    with Device("bolt", flash, "BOLT> ", *START) as device:
        break_in(device, r"to stop\r\n", "\x03")
        got = device.run("show devices")
        parts = re.findall(r"flash0\.\S+ .*0x(\w+)-0x(\w+) ", got)
        tap.equal(int(parts[-1][1], 16), len(flash), "bolt: the map's end")
        got = device.run("load -raw -offset=0x80 -max=0x100 -addr=0x90000 "
                         "flash0.kernel")
        tap.check(" 256 bytes read\r\n" in got, "bolt: load", got)
        kernel = int(re.search(r"flash0\.kernel .*0x(\w+)-",
                               device.run("show devices"))[1], 16)
        got = device.run("d -b 0x90000 100")
        same(rows(got, r"(\w{8})  ((?:\w{2} ){16})"), 0x90000, kernel + 0x80,
             0x100, "bolt: d -b of it")
        got = device.run("d -w 0x90000 100")
        same(rows(got, r"(\w{8})  (\w{8} \w{8} \w{8} \w{8})\n", 4, "little"),
             0x90000, kernel + 0x80, 0x100, "bolt: d -w of it")
        device.send("d -b 70000000 10\r")
        device.until("BOLT v1")
        tap.equal(device.dangers(), [], "bolt: nothing dangerous")


def test_realtek():
    with Device("realtek", flash, "<RealTek>", *START) as device:
        break_in(device, r"embedded phy\n\r", "\x1b" * 8)
        device.send("\r")
        tap.check("Unknown command !" in device.until("<RealTek>"),
                  "realtek: break-in keys spoil the first command")
        rows_of = r"(\w{8}):\t(\w{8}\t\w{8}\t\w{8}\t\w{8})\n"
        before = device.run("DW 80100000 16")
        device.send("FLR 80100000 80 40\r")
        device.until("--> ")
        device.send("n\r")
        device.until("<RealTek>")
        tap.equal(device.run("DW 80100000 16"), before,
                  "realtek: No leaves the old contents")
        for to in ("80100000", "80200000"):
            device.send(f"flr {to} 80 40\r")
            device.until("--> ")
            device.send("Y\r")
            got = device.until("<RealTek>")
        tap.check("Flash Read Successed!" in got, "realtek: FLR")
        same(rows(device.run("DW 80100000 16"), rows_of), 0x80100000, 0x80,
             64, "realtek: DW")
        got = device.run("db 80100000 64")
        same(rows(got, r"(\w{8}): ((?:\w{2} ){16})"), 0x80100000, 0x80, 64,
             "realtek: DB")
        tap.check("No error found" in device.run("CMP 80100000 80200000 40"),
                  "realtek: CMP equal")
        tap.check("0th data(" in device.run("cmp 80100000 80200004 40"),
                  "realtek: CMP differs")
        tap.equal(device.dangers(), [], "realtek: nothing dangerous so far")
        device.run("FLW 0 80000000 10")
        tap.equal(len(device.dangers()), 1, "realtek: FLW is")
        device.send("DB 70000000 16\r")
        device.until("BADVADDR=70000000")
        tap.equal(device.rest(0.1).strip(), "", "realtek: bad address, dead")


def test_tcboot():
    with Device("tcboot", flash, "bldr> ", *START) as device:
        break_in(device, r"command mode\.\r\n", "x")
        device.send("help\n")
        tap.equal(device.rest(0.1), "help\n", "tcboot: LF ends no line")
        device.send("\x15")
        device.rest(0.05)
        got = device.run("dump b0000080 100")
        same(rows(got, r"(\w{8})  ((?:\w{2}[ .]){16}) \|"), 0xB0000080, 0x80,
             0x100, "tcboot: dump")
        got = device.run("flashrd 80 256")
        same(rows(got, r"0x(\w{8}) \| ((?:\w{2} ){16})\|"), 0x80, 0x80, 0x100,
             "tcboot: flashrd, decimal length")
        tap.equal(device.dangers(), [], "tcboot: nothing dangerous")
        device.send("dump 00f00000 100\r")
        device.until("CP0_BADVADDR=f00000")
        device.rest(0.1)
        device.send("\r")
        tap.equal(device.rest(0.1), "", "tcboot: bad address, dead")
        device.reset()
        device.until("command mode")
        tap.check("dead" in device.log(), "tcboot: a reset helps")


def test_adam2():
    with Device("adam2", flash, "Adam2_AR7RD > ", *START) as device:
        break_in(device, r"to boot\.\.\.\r\n", " ")
        got = device.run("printenv")
        parts = re.findall(r"(?m)^mtd\d +0x(\w{8}),0x(\w{8})\r$", got)
        tap.equal(max(int(part[1], 16) for part in parts),
                  0x90000000 + len(flash), "adam2: the map's end")
        got = device.run("dm 0x90000080")
        same(rows(got, r"(\w{8}): (\w{8} \w{8} \w{8} \w{8}) - ", 4,
                  "little"), 0x90000080, 0x80, 128, "adam2: dm")
        tap.equal(device.dangers(), [], "adam2: nothing dangerous so far")
        device.run("erase")
        tap.equal(device.dangers(), ["erase"], "adam2: erase is")
        device.send("dm 00000000\r")
        device.until("Exception")
        device.rest(0.1)
        device.send("\r")
        tap.equal(device.rest(0.1), "", "adam2: bad address, dead")


def ticks(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return sum(map(int, file.read().rsplit(")")[-1].split()[11:13]))


def test_base():
    with Device("redboot", flash, "RedBoot> ") as device:
        device.send("vex\b\x7f\x15foo\x03")
        got = device.until("RedBoot> ")
        tap.check(got.endswith("foo^C\r\nRedBoot> ")
                  and "cmd" not in str(device.log()), "base: line editor",
                  got)
        before = ticks(device.process.pid)
        time.sleep(0.3)
        tap.check(ticks(device.process.pid) - before <= 2,
                  "base: waits without work")
        device.open()
        tap.check("POSIX" in device.run("cksum -b 0xa8000000 -l 4"),
                  "base: closed and opened again")
        os.close(device.fd)
        device.fd = -1
        time.sleep(0.05)
        device.open()
        device.run("version")
        tap.equal(device.end(), 0, "base: SIGTERM ends it")
        tap.check(not os.path.lexists(device.tty), "base: the link is gone")
    with Device("cfe", flash, "CFE> ", "--baud", "38400") as device:
        began = time.monotonic()
        device.send("d -b bc000000 200\r")
        time.sleep(0.1)
        device.send("x" * 40)  # of which the FIFO keeps 16
        got = device.until(device.at_prompt())
        took = time.monotonic() - began
        least = len(got) * 10 / 38400
        tap.check(least * 0.95 <= took <= least * 3 + 0.5, "base: pace",
                  f"{took} for {least}")
        tap.equal(device.rest(), "x" * 16, "base: FIFO of 16 bytes")
        tap.check("overrun" in device.log(), "base: the rest is lost")
        device.send("\x15")
        device.rest(0.05)
        line = "y" * 200
        device.run(line)
        tap.check("cmd " + line in device.log(),
                  "base: a line at full pace is not lost")


def main():
    tests = [name for name in globals() if name.startswith("test_")]
    for name in tests:
        if len(sys.argv) > 1 and name[5:] not in sys.argv[1:]:
            continue
        try:
            globals()[name]()
        except (TimeoutError, ValueError, IndexError, TypeError) as error:
            tap.check(False, f"{name}: went on", repr(error))
    tap.finish()


main()
