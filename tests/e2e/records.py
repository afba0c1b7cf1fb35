#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Flash with records of all kinds that carry their own CRC-32.

records.py FILE START SEED: from START on, 256 KiB of FILE. What the records say
comes from SEED, all else is always the same; and so is the CRC-32 of the whole.
"""

import random
import struct
import sys
import zlib

SIZE = 0x40000


def zlib_sum(data):
    return struct.pack("<I", zlib.crc32(data))


def raw_sum(data):
    return struct.pack("<I", zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF)


def jamcrc(data):
    return struct.pack("<I", zlib.crc32(data) ^ 0xFFFFFFFF)


def main():
    path, start, seed = sys.argv[1], int(sys.argv[2], 0), sys.argv[3]
    same = random.Random("the same")
    says = random.Random(seed)
    flash = bytearray(same.randbytes(SIZE))

    def record(at, size, sum_of=zlib_sum, keep=0):
        """keep: bytes at its front that do not change."""
        data = same.randbytes(keep) + says.randbytes(size - 4 - keep)
        flash[at:at + size] = data + sum_of(data)

    record(0x1000, 512)                       # boot blocks
    record(0x2000, 512, jamcrc)
    record(0x3000, 512, raw_sum)
    record(0x4000 + 33, 2052)                 # a blob
    record(0x5000, 100)                       # adjacent
    record(0x5064, 100)
    record(0x6010, 68, raw_sum)               # nested
    flash[0x6100 - 4:0x6100] = zlib_sum(flash[0x6000:0x6100 - 4])
    for at in range(0x8000, 0x8800, 60):      # nodes of JFFS2
        record(at, 12, raw_sum, keep=4)
    record(0xFE00, 0x300, keep=0x200)         # changed behind a border only
    record(0x1C000 - 2, 64)                   # its sum further on
    record(0x1FFC0, 0x42)                     # its sum across a border
    flash[0x22000:0x24000] = b"\xff" * 0x2000
    if seed != "old":                         # a boot counter
        record(0x23008, 8)
    flash[0x24000:0x26000] = bytes(0x2000)
    if seed != "old":                         # a raw record
        record(0x24400, 32, raw_sum)
    record(0x30000, 0x10000, keep=0xFE00)     # as long as a question
    with open(path, "r+b") as f:
        f.seek(start)
        f.write(flash)


main()
