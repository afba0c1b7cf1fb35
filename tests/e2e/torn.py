#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""torn.py LINK DEVICE REGEX: a serial line on which, once, the last character
of what REGEX matches in what the host typed arrives at the device as CR. The
device then runs the beginning of a command. Prints `torn TEXT`, the text that
stood before that."""

import os
import re
import select
import sys
import tty

link, device, regex = sys.argv[1:]
pattern = re.compile(regex.encode())
host, slave = os.openpty()
tty.setraw(slave)
if os.path.lexists(link):
    os.unlink(link)
os.symlink(os.ttyname(slave), link)
board = os.open(device, os.O_RDWR | os.O_NOCTTY)
tty.setraw(board)
print("ready", flush=True)
typed, torn = b"", False
while True:
    for fd in select.select([host, board], [], [])[0]:
        data = os.read(fd, 4096)
        if fd == host and not torn:
            before = typed[-200:]
            typed = before + data
            match = pattern.search(typed)
            if match and match.end() > len(before):
                torn = True
                at = match.end() - 1 - len(before)
                data = data[:at] + b"\r" + data[at + 1:]
                print("torn", typed[:match.end() - 1].split(b"\r")[-1].decode(),
                      flush=True)
        os.write(board if fd == host else host, data)
