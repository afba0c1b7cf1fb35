# SPDX-License-Identifier: BSD-2-Clause
"""Bytes known over time, as an SVG of a few KB, by gnuplot."""

import os
import re
import subprocess

POINTS = 60  # a curve

SCRIPT = """
set terminal svg size 640,360 font "sans-serif,13" background "white"
set xlabel "seconds at 115200 baud"
set ylabel "KiB known"
set key bottom right
set grid
set xrange [0:]
set yrange [0:*]
plot for [i=0:2] "{data}" index i using 1:2 with lines lw 2 \\
     title columnheader(1)
"""


class Curve:
    """Points of one case: seconds, bytes."""

    def __init__(self, title):
        self.title = title
        self.points = [(0.0, 0)]

    def add(self, seconds, known):
        self.points.append((seconds, known))

    def sampled(self):
        """At most POINTS of them, the last one always."""
        step = -(-(len(self.points) - 1) // (POINTS - 1)) or 1
        return self.points[:-1:step] + self.points[-1:]

    @staticmethod
    def write(path, *curves):
        with open(path, "w", encoding="ascii") as f:
            for curve in curves:
                f.write(f'"{curve.title}"\n')
                for seconds, known in curve.sampled():
                    f.write(f"{seconds:.1f} {known / 1024:.1f}\n")
                f.write("\n\n")


def compact(svg):
    """Without what gnuplot writes and nothing shows: markers, groups in which
    there is nothing, attributes that repeat what holds anyway."""
    svg = re.sub(r"<defs>.*?</defs>|<desc>.*?</desc>", "", svg, flags=re.S)
    svg = re.sub(r"</?tspan[^>]*>| (?:stroke-line(?:cap|join)|class|color)="
                 r"(?:\"[^\"]*\"|'[^']*')", "", svg)
    svg = svg.replace("currentColor", "black")
    before = ""
    while svg != before:
        before = svg
        svg = re.sub(r"<g\b[^>]*>\s*</g>", "", svg)
    return re.sub(r"[ \t]*\n\s*", "\n", svg)


def draw(build):
    """build/bench-known.svg, from the last run of the row `known`."""
    data = f"{build}/bench-known.dat"
    if not os.path.exists(data):
        return
    done = subprocess.run(["gnuplot"], check=True, stdout=subprocess.PIPE,
                          input=SCRIPT.format(data=data).encode())
    with open(f"{build}/bench-known.svg", "w", encoding="ascii") as f:
        f.write(compact(done.stdout.decode()))
