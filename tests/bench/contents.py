# SPDX-License-Identifier: BSD-2-Clause
"""What stands in the flash of the boards; the same at each run."""

import os
import random
import subprocess
import tempfile

K = 1024
M = 1024 * K


def noise(size, seed):
    return random.Random(seed).randbytes(size)


def half_blank(size, seed):
    """Two partitions whose contents end somewhere; half is erased flash."""
    data = noise(size // 2, seed)
    first = size // 4 + size // 16 + 291  # not at any block's border
    return (data[:first].ljust(size // 2, b"\xff") +
            data[first:].ljust(size // 2, b"\xff"))


def sibling(image, percent, block, seed):
    """Another device with the same firmware: so many percent of its blocks,
    anywhere, are others."""
    rng = random.Random(seed)
    other = bytearray(image)
    blocks = len(image) // block
    for i in rng.sample(range(blocks), max(1, blocks * percent // 100)):
        other[i * block:(i + 1) * block] = rng.randbytes(block)
    return bytes(other)


def text(rng, size):
    """Compresses as configuration files and scripts do."""
    words = [bytes(rng.choices(b"abcdefghijklmnopqrstuvwxyz_=/.-", k=rng.
                               randint(2, 9))) for _ in range(400)]
    out = b""
    while len(out) < size:
        out += b" ".join(rng.choices(words, k=rng.randint(2, 9))) + b"\n"
    return out[:size]


def programs(rng, size):
    """Compresses to about a half, as programs do."""
    return rng.randbytes(size).translate(bytes(i % 16 for i in range(256)))


SMALL = ("etc/hostname", b"camera-2417\n")


def squashfs(out, size):
    """A root file system of about some size, with the file SMALL in it; made
    once."""
    rng = random.Random("squashfs")

    def put(name, content):
        with open(f"{root}/{name}", "wb") as f:
            f.write(content)

    if os.path.exists(out):
        return
    with tempfile.TemporaryDirectory() as root:
        for directory in ("etc/init.d", "usr/bin", "www"):
            os.makedirs(f"{root}/{directory}")
        put(*SMALL)
        for i in range(60):
            put(f"etc/init.d/S{i:02}", text(rng, rng.randint(300, 3000)))
            put(f"www/page{i}.html", text(rng, rng.randint(1000, 20000)))
        left = 2 * size - 600 * K
        while left > 0:
            part = min(left, rng.randint(20 * K, 600 * K))
            put(f"usr/bin/program{left:08}", programs(rng, part))
            left -= part
        subprocess.run(["mksquashfs", root, f"{out}.new", "-comp", "xz",
                        "-all-root", "-all-time", "0", "-noappend", "-quiet",
                        "-no-progress"], check=True,
                       stdout=subprocess.DEVNULL)
    os.replace(f"{out}.new", out)
