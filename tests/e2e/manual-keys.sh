#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# fwfs-dialect(5) documents every key, place holder and group that the program
# knows, and no other; and its examples are dialects that nothing is wrong with.

. "$(dirname "$0")/lib.sh"
need python3

top=$(cd "$(dirname "$0")/../.." && pwd)
[ -e "$top/src/monitor/dialect_schema.c" ] || skip "no sources here"

python3 - "$top" << 'EOF' || fail "the manual and the program differ"
import re
import sys

top = sys.argv[1]


def text(path):
    with open(f"{top}/{path}") as file:
        return file.read()


def known():
    """Section -> keys, of the schema."""
    schema = text("src/monitor/dialect_schema.c")
    keys = {}
    for name, body in re.findall(r"cfg_opt_t (\w+)\[\] = \{(.*?)CFG_END",
                                 schema, re.S):
        section = name.removesuffix("_opts").replace("_", "-")
        keys[section] = set(re.findall(r'CFG_(?!SEC)\w+\("([^"]+)"', body))
    keys["Top"] = keys.pop("dialect-schema")
    return keys


def told(manual):
    """Section -> keys, and the groups of map, of the outer lists."""
    keys, depth, now = {}, 0, None
    for line in manual.partition(".Sh KEYS")[2].partition(".Sh ")[0].split("\n"):
        if line.startswith(".Ss "):
            now = keys.setdefault(line.split()[1], set())
        elif line == "The groups of":
            now = keys.setdefault("groups", set())
        depth += line.startswith(".Bl") - line.startswith(".El")
        if line.startswith(".It Cm ") and depth == 1:
            now.update(line[7:].replace(",", " ").split())
    return keys


manual = text("man/fwfs-dialect.5")
there, described = known(), told(manual)
there["groups"] = set(re.findall(
    r'"(\w+)"', re.search(r"map_groups\[\] = \{(.*?)\}",
                          text("src/monitor/dialect_lint.c"), re.S)[1]))
described["groups"] |= set(re.findall(r"^\.Cm (\w+_unit)$", manual, re.M))
there["place holders"] = set(re.findall(
    r'^ +\{"([a-z-]+)",|memcmp\(name, "(\w+)"',
    text("src/monitor/template.c"), re.M))
there["place holders"] = {a or b for a, b in there["place holders"]}
described["place holders"] = set(re.findall(r"\{([a-z-]+)\}", manual))

wrong = 0
for section in sorted(there.keys() | described.keys()):
    a, b = there.get(section, set()), described.get(section, set())
    for word in sorted(a ^ b):
        print(f"{section}: {word}:",
              "not documented" if word in a else "not in the program")
        wrong = 1
print(f"# {sum(map(len, there.values()))} words in {len(there)} places")
sys.exit(wrong)
EOF

# Each literal text of the manual that is a whole dialect, without troff.
python3 - "$top" "$T" << 'EOF' > "$T/examples" || fail "no examples"
import re
import sys

top, folder = sys.argv[1:]
with open(f"{top}/man/fwfs-dialect.5") as file:
    manual = file.read()
escapes = {"(aq": "'", "(ha": "^", "(dq": '"', "-": "-", "&": "", "e": "\\"}
for n, text in enumerate(re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed$", manual,
                                    re.S | re.M)):
    text = re.sub(r"\\(\(..|.)", lambda m: escapes[m[1]], text)
    if re.search("^console {", text, re.M) and "\ndump " in text:
        with open(f"{folder}/example{n}.conf", "w") as file:
            file.write(text)
        print(n, len(text.splitlines()))
EOF
equal 2 "$(wc -l < "$T/examples")" "dialects in the manual"
at_most 10 "$(head -n 1 "$T/examples" | cut -d ' ' -f 2)" \
    "lines of the first, which says that ten are enough"
equal "" "$("$FWFS" --check-dialect "$T"/example*.conf 2>&1)" \
    "--check-dialect of the manual's examples"
