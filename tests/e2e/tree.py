# SPDX-License-Identifier: BSD-2-Clause
"""Fills a directory like the root file system of a small device: some 1400
files, programs that hardly compress, texts that do. The same each time."""

import os
import random
import sys

WORDS = (
    "option config interface network static ipaddr netmask gateway proto dhcp "
    "enabled disabled firewall zone forward accept reject target source dest "
    "port timeout server listen start stop restart service daemon user group"
).split()


def phrase(rng):
    words = [rng.choice(WORDS) for i in range(rng.randint(3, 8))]
    return "\t%s '%s'\n" % (" ".join(words), rng.randint(0, 255))


LINES = [phrase(random.Random(i)) for i in range(120)]


def text(rng, size):
    """A part of always the same text with a few lines changed, as settings
    and web pages are."""
    lines = LINES[rng.randrange(20):]
    for i in range(3):
        lines[rng.randrange(len(lines))] = phrase(rng)
    return "".join(lines)[:size].encode()


def program(rng, size):
    """Half noise, half repetition, as machine code compresses."""
    out = b""
    while len(out) < size:
        out += rng.randbytes(48) + bytes(rng.choices(b"\0\1\4\x24\x8f", k=48))
    return out[:size]


def write(root, name, data):
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def main(root):
    rng = random.Random("tree")
    for i in range(40):
        write(root, "bin/tool%02d" % i, program(rng, rng.randint(4000, 30000)))
    for i in range(30):
        write(root, "lib/lib%02d.so" % i, program(rng, rng.randint(9000, 99000)))
    for i in range(2):
        write(root, "lib/modules/drv%d.ko" % i, rng.randbytes(120000 + i))
    for i in range(330):
        size = rng.randint(100, 4000)
        write(root, "etc/%s%03d.conf" % (rng.choice(WORDS), i), text(rng, size))
    for i in range(1000):
        name = "www/%s/page%03d.htm" % (rng.choice(WORDS), i)
        write(root, name, text(rng, rng.randint(100, 2500)))
    write(root, "etc/init.d/network", text(rng, 1865))


main(sys.argv[1])
