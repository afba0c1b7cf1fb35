#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""relay.py LINK FIRST SECOND: a serial adapter. fwfs opens LINK; the wires lead
to the pty FIRST, from SIGUSR1 on to SECOND, at the speed of LINK. No byte is its
own. What goes to SECOND is told."""

import os
import select
import signal
import sys
import termios
import tty

LOOK = 0.002  # how long a change of LINK's speed may go unseen


def open_raw(path):
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd)
    return fd


def follow_speed(slave, fd):
    want, has = termios.tcgetattr(slave), termios.tcgetattr(fd)
    if has[4:6] != want[4:6]:
        has[4:6] = want[4:6]
        termios.tcsetattr(fd, termios.TCSANOW, has)


def main():
    link, *paths = sys.argv[1:]
    master, slave = os.openpty()
    tty.setraw(slave)
    os.symlink(os.ttyname(slave), link)
    boards = [open_raw(path) for path in paths]
    at = [0]
    signal.signal(signal.SIGUSR1, lambda *_: at.__setitem__(0, 1))
    print("ready", flush=True)
    while True:
        board = boards[at[0]]
        ready, _, _ = select.select([master, board], [], [], LOOK)
        follow_speed(slave, board)
        if master in ready:
            data = os.read(master, 4096)
            if at[0]:
                print("typed", data, flush=True)
            os.write(board, data)
        if board in ready:
            os.write(master, os.read(board, 4096))


main()
