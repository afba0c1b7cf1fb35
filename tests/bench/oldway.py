#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Dumps as a script of a few lines does: a command for each 256 bytes, and
what came is all when nothing came for 0.1 s. Prints the seconds it took."""

import os
import re
import select
import sys
import time
import tty

SILENCE = 0.1
BLOCK = 256
ROW = re.compile(rb"^\[?([0-9A-Fa-f]{8})[\]:] ((?:[0-9A-Fa-f]{2,8} (?:- )?)+)",
                 re.M)


def ask(port, command):
    os.write(port, command.encode() + b"\r")
    came = b""
    while select.select([port], [], [], SILENCE)[0]:
        came += os.read(port, 4096)
    return came


def decode(came, address):
    """The bytes of a block, in the order in which they are printed."""
    out = b""
    for row in ROW.finditer(came.replace(b"\r", b"\n")):
        if int(row[1], 16) != address + len(out):
            raise SystemExit(f"row {row[1].decode()} instead of "
                             f"{address + len(out):08x}")
        out += bytes.fromhex(row[2].decode().replace("-", ""))[:16]
    if len(out) != BLOCK:
        raise SystemExit(f"{len(out)} bytes at {address:08x}")
    return out


def main():
    path, command, base, size, to = sys.argv[1:]
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(port)
    ask(port, "")
    began = time.monotonic()
    with open(to, "wb") as f:
        for at in range(int(base, 0), int(base, 0) + int(size), BLOCK):
            f.write(decode(ask(port, command.format(at)), at))
    print(time.monotonic() - began)


main()
