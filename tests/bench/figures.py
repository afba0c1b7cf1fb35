# SPDX-License-Identifier: BSD-2-Clause
"""What a row gives, and how all of them are shown and written down."""

import datetime
import json
import os
import platform
import subprocess
import textwrap
from dataclasses import dataclass
from typing import Optional


@dataclass
class Figure:
    """One line of the table."""

    name: str
    what: str
    value: Optional[float]  # None: not measured, the note says why
    unit: str = ""
    at_least: Optional[float] = None
    at_most: Optional[float] = None
    conditions: str = ""
    note: str = ""

    def target(self):
        if self.at_least is not None:
            return f">= {self.at_least:.4g}"
        if self.at_most is not None:
            return f"<= {self.at_most:.4g}"
        return ""

    def reached(self):
        """True, False, or None where there is nothing to reach."""
        if self.value is None or not self.target():
            return None
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.value <= self.at_most

    def shown(self):
        if self.value is None:
            return "-"
        digits = max(0, 3 - len(str(int(abs(self.value)))))
        if self.unit == "":
            digits = 3
        return f"{self.value:.{digits}f} {self.unit}".strip()


def verdict(figure):
    said = [figure.note] if figure.note else []
    if figure.reached() is False:
        said.insert(0, "NOT REACHED")
    return "; ".join(said)


def print_table(figures, width=100):
    """The rows as they are to be read; notes that are long are wrapped."""
    head = ("row", "figure", "to reach", "what, and note")
    lines = [(f.name, f.shown(), f.target(),
              "; ".join(x for x in (f.what, verdict(f)) if x))
             for f in figures]
    columns = [max(len(line[i]) for line in [head, *lines]) for i in range(3)]
    room = max(30, width - sum(columns) - 6)
    rule = ("-" * columns[0], "-" * columns[1], "-" * columns[2], "-" * room)
    for line in [head, rule, *lines]:
        rest = textwrap.wrap(line[3], room) or [""]
        for i, text in enumerate(rest):
            cells = line[:3] if i == 0 else ("", "", "")
            print("  ".join(c.ljust(n) for c, n in zip(cells, columns)),
                  text, sep="  ")


def processor_model():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            for line in f:
                if line.lower().startswith(("model name", "hardware")):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


def commit(top):
    """Of the tree that was built, or nothing where there is no git."""
    done = subprocess.run(["git", "-C", top, "describe", "--always",
                           "--dirty"], capture_output=True, check=False)
    return done.stdout.decode().strip()


def write_json(path, figures, top, size):
    rows = [{"name": f.name, "value": f.value, "unit": f.unit,
             "target": f.target(), "conditions": f.conditions,
             "what": f.what, "note": f.note} for f in figures]
    told = {
        "machine": f"{processor_model()}, {os.cpu_count()} processors, "
                   f"{platform.system()} {platform.release()}",
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(
            timespec="seconds"),
        "commit": commit(top),
        "size": size,
        "rows": rows,
    }
    with open(path, "w", encoding="utf-8") as f:
        json.dump(told, f, indent=1)
        f.write("\n")
