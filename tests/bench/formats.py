# SPDX-License-Identifier: BSD-2-Clause
"""Boards, and how many characters their dumps print for a byte.

Counted from the row formats; of a dump that comes in pieces of fixed length,
all of a piece from one prompt to the next."""

from dataclasses import dataclass

U_BOOT = ("--loader", "u-boot", "--format", "new")
WINBOND = ("--loader", "winbond")
U_BOOT_BASE = 0x9F000000
WINBOND_BASE = 0x7F000000


@dataclass(frozen=True)
class Format:
    """How one kind of dump looks on the line."""

    name: str
    board: tuple  # fwfs-sim's options, with which it is the best dump
    characters: int  # for so many bytes:
    payload: int

    def limit(self, size, baud):
        """Seconds for size bytes on a line that is never idle."""
        return size * self.characters / self.payload / (baud / 10)


FORMATS = {
    f.name: f for f in (
        Format("md.l", U_BOOT, 65, 16),
        Format("md.q", (*U_BOOT, "--64"), 63, 16),
        Format("saves", (*U_BOOT, "--has", "saves"), 48, 16),
        # `d -s`, its header and the prompt included.
        Format("d-s", WINBOND, 1159, 256),
    )
}
