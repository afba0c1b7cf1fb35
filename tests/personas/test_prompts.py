#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What an empty line, Ctrl-C and other keys do at the personas' prompts."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from harness import KB, Device, Tap, flash_image  # noqa: E402

tap = Tap()
flash = flash_image(256 * KB)


def typed(device, keys, wait=0.4):
    """All that comes of keys, until it is quiet."""
    device.send(keys)
    return device.rest(wait)


def foreign(device):
    return [line[8:] for line in device.log() if line.startswith("FOREIGN ")]


def test_barebox():
    prompt = "barebox@Tern i.MX35 module:/ "
    with Device("barebox", flash, prompt) as device:
        tap.equal(typed(device, "x\x03"), f"x<INTERRUPT>\r\n{prompt}",
                  "barebox: Ctrl-C")
        tap.equal(device.dangers(), [], "barebox: which runs nothing")
        tap.equal(typed(device, "\r"), f"\r\n{prompt}",
                  "barebox: an empty line, after it")
        tap.equal(foreign(device), ["erase /dev/nor0.kernel"],
                  "barebox: runs the line before, whoever typed it")
        got = device.run("md -b 0xa0004000+16")
        tap.check("ff ff ff ff" in got
                  and [line for line in device.log()
                       if line.startswith("changed ")],
                  "barebox: it is blank", got)
        again = typed(device, "\r")
        tap.check("a0004000: " in again, "barebox: an own line, too", again)
        typed(device, "nonsense\r")
        tap.equal(typed(device, "\r"), f"\r\n{prompt}",
                  "barebox: but not what failed")
        device.run("version")
        typed(device, "  \r")
        tap.equal(typed(device, "\r"), f"\r\n{prompt}",
                  "barebox: nor what was before a line of blanks")
    with Device("barebox", flash, prompt, "--set", "shell=hush") as device:
        tap.equal(typed(device, "\r"), f"\r\n{prompt}",
                  "barebox, hush: an empty line does nothing")
        tap.equal(typed(device, "\x1b[A\x15\x1b[A"),
                  "erase /dev/nor0.kernel" + "\b \b" * 22 + "\a",
                  "barebox: an arrow key brings the line back")
    with Device("barebox", flash, prompt, "--last-command", "") as device:
        tap.equal(typed(device, "\r"), f"\r\n{prompt}",
                  "barebox: nothing was typed before")
        tap.equal(device.log(), ["cmd "], "barebox: and nothing runs")


def test_cfe():
    with Device("cfe", flash, "CFE> ") as device:
        tap.equal(typed(device, "\r\n\r"), "\r\nCFE> \r\nCFE> \r\nCFE> ",
                  "cfe: empty lines do nothing")
        tap.equal(typed(device, "flash x\x03"), "flash x^C\r\nCFE> ",
                  "cfe: Ctrl-C does not show the line any more")
        typed(device, "\r")
        tap.equal(device.dangers(), ["flash x"],
                  "cfe: but Enter still runs it")
        tap.equal(typed(device, "hel\x03pq"), "hel^C\r\nCFE> phel\b\b\bqhel"
                  "\b\b\b", "cfe: what is typed goes in front of it")
        tap.equal(typed(device, "\x15\x0e\x18\r"), "\b\b\x1b[K\r\nCFE> ",
                  "cfe: Ctrl-U drops it, other control keys do nothing")
        tap.equal(typed(device, "ab\b\x7f\bhelpx\b"),
                  "ab\b \b\b \bhelpx\b \b", "cfe: backspace, DEL")
        tap.check("Available commands" in typed(device, "\r"),
                  "cfe: the line that is left")
    with Device("cfe-dm", flash, "CFE> ") as device:
        tap.equal(typed(device, "\x1b[A\x15"),
                  "\x1b[Kflash -noheader : flash0.os" + "\b" * 27 + "\x1b[K",
                  "cfe-dm: an arrow key")
        typed(device, "\r\x1b[24~")
        tap.equal(foreign(device), ["flash -noheader : flash0.os"],
                  "cfe-dm: F12 runs the line before")


def test_pmon():
    with Device("pmon", flash, "PMON> ") as device:
        typed(device, "x\x03")
        tap.equal(device.dangers(), [], "pmon: Ctrl-C runs nothing")
        typed(device, " \r")
        tap.equal(foreign(device), ["copy 80200000 80300000 10000"],
                  "pmon: a line of blanks runs the one before")
        device.run("devls")
        tap.equal(typed(device, "\r"), "\r\nPMON> ",
                  "pmon: devls is not repeated")
        first = device.run("d -b 80000000 1")
        tap.check(first.strip() in typed(device, "\r"), "pmon: d is")
    with Device("pmon", flash, "PMON> ", "--set", "rptcmd=trace") as device:
        typed(device, "\r")
        tap.equal(foreign(device), [], "pmon: rptcmd=trace")


def test_yamon():
    with Device("yamon", flash, "YAMON> ") as device:
        tap.equal(typed(device, "\r"), "\r\n\r\nYAMON> ",
                  "yamon: an empty line does nothing")
        tap.equal(typed(device, "dump\x03"), "dump\r\nYAMON> ",
                  "yamon: Ctrl-C")
        tap.equal(device.dangers(), [], "yamon: nothing dangerous so far")
        typed(device, ".\r")
        tap.equal(foreign(device), ["erase be000000 10000"],
                  "yamon: a dot runs the line before")
        device.run("dump -8 be000000 10")
        tap.check("BE000010: " in typed(device, ".\r"),
                  "yamon: a dump goes on")


def test_redboot():
    with Device("redboot", flash, "RedBoot> ") as device:
        tap.equal(typed(device, "\rx\x03"), "\r\nRedBoot> x^C\r\nRedBoot> ",
                  "redboot: an empty line and Ctrl-C do nothing")
        tap.equal(typed(device, "a\x1b[A"), "a\b \b"
                  "fis erase -f 0xa8000000 -l 0x10000",
                  "redboot: an arrow key brings a line back")
        typed(device, "\r")
        tap.equal(foreign(device), ["fis erase -f 0xa8000000 -l 0x10000"],
                  "redboot: which then runs")
        tap.equal(typed(device, "\x1bxab\x1b[Zc\x15"),
                  "abc\b \b\b \b\b \b", "redboot: ESC swallows what follows")
        device.reset()
        device.until("to abort\r\n", 8)
        device.send("\x03")
        device.until(device.at_prompt())
        tap.check(typed(device, "\x10").endswith("\a"),
                  "redboot: a reset forgets it")


for test in (test_barebox, test_cfe, test_pmon, test_yamon, test_redboot):
    try:
        test()
    except (TimeoutError, ValueError) as error:
        tap.check(False, f"{test.__name__}: went on", repr(error))
tap.finish()
