# SPDX-License-Identifier: BSD-2-Clause
"""A port that answers as one does at the wrong speed: argument, the link to
make. Whatever is sent, bytes come back that are no text."""

import os
import pty
import random
import sys
import time
import tty

rng = random.Random("garbage")
master, slave = pty.openpty()
tty.setraw(slave)
os.symlink(os.ttyname(slave), sys.argv[1])
print("ready", flush=True)
while os.read(master, 64):
    time.sleep(0.01)
    os.write(master, bytes(rng.choices(b"\x00\x80\xf8\xfe\xe0\xc3\x1c", k=24)))
