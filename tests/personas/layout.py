# SPDX-License-Identifier: BSD-2-Clause
"""Cuts a flash of any size into named parts, and sums bytes as cksum does."""


def split(size, parts):
    """(name, offset, length) of `parts`, (name, share), in their order.

    A share is in 32nds of the flash, rounded down to 16 bytes; None takes
    what the others leave.
    """
    unit = max(size // 32 // 16 * 16, 1)
    rest = size - unit * sum(share or 0 for _, share in parts)
    found = []
    offset = 0
    for name, share in parts:
        length = rest if share is None else unit * share
        found.append((name, offset, length))
        offset += length
    return found


def _crc_table():
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            top = value & 0x80000000
            value = (value << 1 & 0xFFFFFFFF) ^ (0x04C11DB7 if top else 0)
        table.append(value)
    return table


CRC = _crc_table()


def posix_cksum(data):
    """What POSIX cksum says of `data`: CRC-32 with the length folded in."""
    size = len(data)
    tail = size.to_bytes((size.bit_length() + 7) // 8, "little")
    value = 0
    for part in (data, tail):
        for byte in part:
            value = (value << 8 & 0xFFFFFFFF) ^ CRC[value >> 24 ^ byte]
    return value ^ 0xFFFFFFFF
