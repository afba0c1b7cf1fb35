# SPDX-License-Identifier: BSD-2-Clause
"""What came of a run."""

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """Of a run; wrong and failed must stay empty."""
    row: str
    board: str
    seed: int
    pieces: int = 0
    eio: int = 0
    wrong: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    refused: bool = False  # fwfs said so and mounted nothing
    seconds: float = None
    attach_bytes: int = 0
    total_bytes: int = 0
    skipped: str = ""
    folder: str = ""

    def bad(self):
        return bool(self.wrong or self.failed)
