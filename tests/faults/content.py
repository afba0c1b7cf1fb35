# SPDX-License-Identifier: BSD-2-Clause
"""Contents of a flash that are hard to read from a console."""

import string

TEXTS = (
    b"=> ", b"\r\n=> ", b"bootloader > ", b"\nbootloader > ", b"maltael # ",
    b": ", b"# ", b"$ ", b"> ", b"\r", b"\n", b"\x03", b"\x1b[2J",
    b"[7F000100] 61626364 - 65666768 - 696A6B6C - 6D6E6F70  abcdefghijklmnop",
    b"9f000100: 64636261 68676665 6c6b6a69 706f6e6d    abcdefghijklmnop\r\n",
    b"9f000200: 61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70    abcdefgh",
    b"U-Boot 2023.01 (Jan 09 2023 - 16:07:33 +0000)\r\n",
    b"Hit any key to stop autoboot:  1 \x08\x08\x08 0 \r\n",
    b"W90N745 Boot Loader [ Version 1.0\r\n", b"data abort\r\n",
    b"ERROR: Data Abort @0x00000000\r\n", b"Unknown command 'md' - try 'help'",
    b"crc32 for 9f000000 ... 9f0001ff ==> 00000000\r\n",
)
UNPRINTABLE = bytes([*range(1, 0x20), *range(0x80, 0x100)])


def _texts(rng, size):
    out = b""
    while len(out) < size:
        out += rng.choice(TEXTS)
    return out[:size]


def _letters(rng, size):
    letters = (string.ascii_letters + string.digits).encode()
    return bytes(rng.choices(letters, k=size))


ZONES = (
    lambda rng, size: rng.randbytes(size),
    _letters,
    _texts,
    lambda rng, size: b"\xff" * size,
    lambda rng, size: b"\0" * size,
    # A wrong digit cannot be seen in the ASCII column of these.
    lambda rng, size: bytes(rng.choices(UNPRINTABLE, k=size)),
)


def hard(rng, size):
    """size bytes: zones of all kinds, in any order, of any length."""
    out = b""
    while len(out) < size:
        for zone in rng.sample(ZONES, len(ZONES)):
            out += zone(rng, rng.choice((7, 100, 512, 1000, 1500)))
    return out[:size]
