# SPDX-License-Identifier: BSD-2-Clause
"""What the tools of a small Linux print for bytes, written here anew."""

import base64
import gzip
import hashlib
import re

from base import cells, printable
from layout import posix_cksum

SCALE = {"": 1, "c": 1, "w": 2, "b": 512, "k": 1024, "K": 1024, "kB": 1000,
         "kD": 1000, "M": 1 << 20, "MB": 1000000, "G": 1 << 30}


class Usage(Exception):
    """The arguments are wrong; the text says how."""


def amount(text):
    """A number with a suffix."""
    match = re.fullmatch(r"(0x[0-9a-fA-F]+|\d+)([a-zA-Z]*)", text)
    if not match or match[2] not in SCALE:
        raise Usage(f"invalid number '{text}'")
    return int(match[1], 0) * SCALE[match[2]]


def options(words, flags, valued):
    """({letter: text or True}, operands)."""
    found, rest = {}, []
    words = list(words)
    while words:
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            rest.append(word)
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in flags:
                found[letter] = True
            elif letter in valued and (letters or words):
                found[letter] = letters or words.pop(0)
                letters = ""
            else:
                raise Usage(f"invalid option -- '{letter}'")
    return found, rest


def part(data, chosen, skip, length):
    """The bytes which the options for offset and length ask for."""
    start = amount(chosen.get(skip, "0"))
    size = amount(chosen[length]) if length in chosen else len(data)
    return start, data[start:start + size]


def lines(text, width):
    return "".join(text[i:i + width] + "\n"
                   for i in range(0, len(text), width))


def squeezed(data, width, shape, every, start=0):
    """Rows of shape(at, part); equal ones become one `*` unless `every`."""
    out, last, starred = [], None, False
    for at in range(0, len(data), width):
        row = data[at:at + width]
        if not every and row == last:
            out += [] if starred else ["*\n"]
            starred = True
            continue
        last, starred = row, False
        out.append(shape(start + at, row))
    return "".join(out)


def tool_base64(chosen, data):
    text = base64.b64encode(data).decode()
    width = int(chosen.get("w", "76"))
    return lines(text, width) if width else text


def tool_xxd(chosen, data):
    start, data = part(data, chosen, "s", "l")
    if "p" in chosen:
        return lines(data.hex(), 2 * int(chosen.get("c", "30")))

    def shape(at, row):
        return f"{at:08x}: {cells(row, 2, form='x'):<39}  {printable(row)}\n"
    if len(data) % 2:  # the last cell has two digits, then
        text = squeezed(data, 16, shape, True, start).splitlines(True)
        tail = data[len(data) // 16 * 16:]
        shown = (cells(tail[:-1], 2, form="x") + f" {tail[-1]:02x}").strip()
        at = start + len(data) - len(tail)
        text[-1] = f"{at:08x}: {shown:<39}  {printable(tail)}\n"
        return "".join(text)
    return squeezed(data, 16, shape, True, start)


def canonical(at, row):
    halves = [cells(row[i:i + 8], form="x") for i in (0, 8)]
    text = f"{halves[0]:<23}  {halves[1]}"
    return f"{at:08x}  {text:<48}  |{printable(row)}|\n"


def half_words(at, row):
    padded = row + bytes(len(row) % 2)
    return f"{at:07x} {cells(padded, 2, 'little', 'x')}".ljust(47) + "\n"


UNIT = re.compile(r'\s*(?:(\d+)?/(\d+)?\s*)?"((?:[^"\\]|\\.)*)"')
CELL = re.compile(r"%0?(\d*)([xXudo])")
ADDRESS = re.compile(r"%0?(\d*)(?:\.\d+)?_a([xdo])")


def parse_format(text):
    """[(count, size, text), ...]; size 0 takes no bytes."""
    units, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = UNIT.match(text, at)
        if not match:
            raise Usage("bad format {" + text + "}")
        shown = match[3].replace("\\n", "\n").replace("\\t", "\t")
        if len(CELL.findall(shown)) > 1 or "%" in ADDRESS.sub(
                "", CELL.sub("", shown)):
            raise Usage("bad conversion in {" + text + "}")
        size = int(match[2] or 4) if CELL.search(shown) else 0
        units.append((int(match[1] or 1), size, shown))
        at = match.end()
    return units


def shape_of(units):
    """A function (at, row) that prints by the units of parse_format()."""
    def cell(data, width, kind):
        if not data:
            return " " * int(width or 1)
        value = int.from_bytes(data, "little")
        return format(value, f"0{width or 1}{kind.replace('u', 'd')}")

    def shape(at, row):
        out, used = "", 0
        for count, size, text in units:
            text = ADDRESS.sub(
                lambda m: format(at, f"0{m[1] or 1}{m[2]}"), text)
            for i in range(count):
                here = text
                if size and count > 1 and i == count - 1:
                    here = text.rstrip()
                data = row[used:used + size]
                used += size
                out += CELL.sub(lambda m: cell(data, m[1], m[2]), here)
        return out
    return shape


def tool_hexdump(chosen, data):
    start, data = part(data, chosen, "s", "n")
    every = "v" in chosen
    if "e" in chosen:
        units = parse_format(chosen["e"])
        width = sum(count * size for count, size, _ in units) or 1
        return squeezed(data, width, shape_of(units), every, start)
    if not data:
        return ""
    if "C" in chosen:
        return (squeezed(data, 16, canonical, every, start)
                + f"{start + len(data):08x}\n")
    return (squeezed(data, 16, half_words, every, start)
            + f"{start + len(data):07x}\n")


def tool_od(chosen, data):
    start, data = part(data, chosen, "j", "N")
    match = re.fullmatch(r"([xod])([124])(z?)", chosen.get("t", "o2"))
    address = {"x": "06x", "d": "07d", "o": "07o", "n": ""}.get(
        chosen.get("A", "o"))
    if not match or address is None:
        raise Usage("invalid type")
    kind, size = match[1], int(match[2])
    digits = {"x": (2, 4, 8), "o": (3, 6, 11), "d": (3, 5, 10)}[kind]
    width = digits[size // 2]
    step = int(chosen.get("w", "16"))

    def number(value):
        return format(value, f"{'' if kind == 'd' else '0'}{width}{kind}")

    def shape(at, row):
        units = [int.from_bytes(row[i:i + size], "little")
                 for i in range(0, len(row), size)]
        text = "".join(" " + number(value) for value in units)
        if match[3]:
            text = text.ljust(step // size * (width + 1))
            text += f"  >{printable(row)}<"
        return (format(at, address) if address else "") + text + "\n"
    text = squeezed(data, step, shape, "v" in chosen, start)
    return text + (f"{start + len(data):{address}}\n" if address else "")


def tool_gzip(chosen, data):
    level = max((int(key) for key in chosen if key.isdigit()), default=6)
    return gzip.compress(data, level, mtime=0)


def count_of(chosen):
    return chosen.get("c", "")


def tool_head(chosen, data):
    if "c" in chosen:
        return data[:amount(count_of(chosen))]
    count = int(chosen.get("n", "10"))
    return b"".join(data.splitlines(True)[:count])


def tool_tail(chosen, data):
    count = count_of(chosen)
    if count.startswith("+"):
        return data[max(0, amount(count[1:]) - 1):]
    if count:
        return data[max(0, len(data) - amount(count)):]
    count = int(chosen.get("n", "10"))
    return b"".join(data.splitlines(True)[-count:] if count else [])


def tool_wc(chosen, data):
    if "c" not in chosen:
        raise Usage("only -c is known")
    return f"{len(data)}\n"


# name: (flags, options with a value, function of options and bytes)
TOOLS = {
    "base64": ("", "w", tool_base64),
    "xxd": ("p", "csl", tool_xxd),
    "hexdump": ("vC", "ens", tool_hexdump),
    "od": ("v", "AtjNw", tool_od),
    "gzip": ("cnf123456789", "", tool_gzip),
    "head": ("", "cn", tool_head),
    "tail": ("", "cn", tool_tail),
    "wc": ("c", "", tool_wc),
    "cat": ("", "", lambda chosen, data: data),
}
SUMS = ("md5sum", "sha1sum", "sha256sum", "sha512sum")


def checksum(tool, data, name):
    """The line of md5sum and its like, or cksum; `name` "" for stdin."""
    if tool == "cksum":
        return f"{posix_cksum(data)} {len(data)}{' ' * bool(name)}{name}\n"
    return f"{hashlib.new(tool[:-3], data).hexdigest()}  {name or '-'}\n"


def dd(words, read, data, with_flags):
    """(bytes, what stderr gets) of dd; read(name) gives a file's bytes.

    Nothing is ever written: with of= there is only no output.
    """
    chosen = dict(word.partition("=")[::2] for word in words)
    for key in chosen:
        if key not in ("if", "of", "bs", "skip", "count", "status") + (
                ("iflag",) if with_flags else ()):
            raise Usage(f"invalid argument '{key}={chosen[key]}'")
    if "if" in chosen:
        data = read(chosen["if"])
    size = amount(chosen.get("bs", "512"))
    if not size:
        raise Usage("invalid number '0'")
    flags = chosen.get("iflag", "").split(",")
    start = amount(chosen.get("skip", "0"))
    start *= 1 if "skip_bytes" in flags else size
    length = len(data)
    if "count" in chosen:
        length = amount(chosen["count"])
        length *= 1 if "count_bytes" in flags else size
    data = data[start:start + length]
    records = f"{len(data) // size}+{int(len(data) % size > 0)} records "
    stats = records + "in\n" + records + "out\n"
    if chosen.get("status") != "none" and len(data):
        stats += f"{len(data)} bytes copied\n"
    if "of" in chosen:
        data = b""
    return data, "" if chosen.get("status") == "none" else stats
