# SPDX-License-Identifier: BSD-2-Clause
"""A cable whose end is put into another board: LINK A B TYPED GO SECONDS. It
leads to the port A. Once TYPED and a line end were typed ("": never), or the
file GO is there, A is off. SECONDS later the cable leads to B."""

import os
import pty
import select
import sys
import time
import tty

link, first, second, typed, go, seconds = sys.argv[1:]


def opened(path):
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(port)
    return port


host, slave = pty.openpty()
tty.setraw(slave)
os.symlink(os.ttyname(slave), link)
board = opened(first)
seen = b""
off_at = None  # when A went
print("ready", flush=True)
while True:
    ports = [host] if board is None else [host, board]
    ready = select.select(ports, [], [], 0.02)[0]
    if host in ready:
        keys = os.read(host, 4096)
        seen = (seen + keys)[-200:]
        if board is not None:
            os.write(board, keys)
    if board in ready:
        os.write(host, os.read(board, 4096))
    asked = typed != "" and typed.encode() in seen and seen[-1:] in b"\r\n"
    if off_at is None and (asked or os.path.exists(go)):
        off_at = time.monotonic()
        os.close(board)
        board = None
        print("off", flush=True)
    if off_at is not None and board is None:
        if time.monotonic() - off_at >= float(seconds):
            board = opened(second)
            print("on", flush=True)
