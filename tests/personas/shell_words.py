# SPDX-License-Identifier: BSD-2-Clause
"""Takes a shell line apart: quotes, variables, $((...)), |, &&, ||, ;, >."""

import ast
import operator
import re

SPECIAL = re.compile(r"(\d?)(>>|>&|>|<)|&&|\|\||[;|]")
UNKNOWN = re.compile(r"[&()`]")
VARIABLE = re.compile(r"\$(?:(\w+|\?)|\{(\w+)\})")
SUM = re.compile(r"\$\(\((.*?)\)\)")
BINARY = {ast.Add: operator.add, ast.Sub: operator.sub,
          ast.Mult: operator.mul, ast.Div: operator.floordiv,
          ast.Mod: operator.mod, ast.LShift: operator.lshift,
          ast.RShift: operator.rshift, ast.BitAnd: operator.and_}


class SyntaxFault(Exception):
    """The shell does not take this line."""


class Unfinished(SyntaxFault):
    """A redirection without its file: nothing of the line is run."""


def arithmetic(text):
    """The value of a sum of integers."""
    def value(node):
        if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
            return BINARY[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        raise SyntaxFault("arithmetic syntax error")
    try:
        return value(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ZeroDivisionError, ValueError) as fault:
        raise SyntaxFault("arithmetic syntax error") from fault


class Word(str):
    """A word; `bare`: it has a * or ? outside of quotes."""

    bare = False


class Lexer:
    """The words of a line, and its operators as tuples."""

    def __init__(self, line, variables):
        self.line = line
        self.variables = variables
        self.at = 0
        self.found = []
        self.text = None  # of the word that goes on
        self.bare = False

    def add(self, text):
        self.text = (self.text or "") + text

    def end_word(self):
        if self.text is not None:
            word = Word(self.text)
            word.bare = self.bare
            self.found.append(word)
        self.text = None
        self.bare = False

    def expansion(self):
        """A `$` at the current place."""
        if match := SUM.match(self.line, self.at):
            text = VARIABLE.sub(
                lambda v: self.variables.get(v[1] or v[2], "0"), match[1])
            self.add(str(arithmetic(text)))
        elif match := VARIABLE.match(self.line, self.at):
            self.add(self.variables.get(match[1] or match[2], ""))
        elif self.line[self.at:self.at + 2] == "$(":
            raise SyntaxFault("no command substitution here")
        else:
            self.add("$")
            self.at += 1
            return
        self.at = match.end()

    def quoted(self, quote):
        self.at += 1
        self.add("")
        while True:
            if self.at >= len(self.line):
                raise SyntaxFault("unterminated quoted string")
            key = self.line[self.at]
            if key == quote:
                self.at += 1
                return
            if quote == '"' and key == "$":
                self.expansion()
                continue
            if quote == '"' and self.line[self.at:self.at + 2] in (
                    '\\"', "\\\\", "\\$"):
                self.at += 1
                key = self.line[self.at]
            self.add(key)
            self.at += 1

    def special(self):
        """An operator or a redirection here? Takes it."""
        match = SPECIAL.match(self.line, self.at)
        if not match or match[1] and self.text is not None:
            return False
        self.end_word()
        if match[2]:
            self.found.append((match[2], match[1]))
        else:
            self.found.append((match[0],))
        self.at = match.end()
        return True

    def run(self):
        while self.at < len(self.line):
            key = self.line[self.at]
            if key in "'\"":
                self.quoted(key)
            elif key == "$":
                self.expansion()
            elif key in " \t":
                self.end_word()
                self.at += 1
            elif key == "#" and self.text is None:
                break
            elif not self.special():
                self.plain(key)
        self.end_word()
        return self.found

    def plain(self, key):
        if UNKNOWN.match(key):
            raise SyntaxFault(f'unexpected "{key}"')
        if key == "\\":
            self.at += 1
            key = self.line[self.at:self.at + 1]
        elif key in "*?":
            self.bare = True
        self.add(key)
        self.at += 1


class Stage:
    """One command of a pipeline."""

    def __init__(self):
        self.words = []
        self.files = []  # (operator, descriptor, target)


def parse(line, variables):
    """[(joint, [Stage, ...]), ...]; joint: ";", "&&" or "||" before it."""
    tokens = Lexer(line, variables).run()
    chains = [(";", [Stage()])]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        stage = chains[-1][1][-1]
        at += 1
        if isinstance(token, str):
            stage.words.append(token)
        elif token[0] == "|":
            chains[-1][1].append(Stage())
        elif len(token) == 1:
            chains.append((token[0], [Stage()]))
        elif at < len(tokens) and isinstance(tokens[at], str):
            stage.files.append((*token, tokens[at]))
            at += 1
        else:
            raise Unfinished("unexpected newline")
    for i, (joint, stages) in enumerate(chains):
        last = i == len(chains) - 1 and joint == ";" and len(stages) == 1
        if not all(s.words or s.files for s in stages) and not last:
            raise SyntaxFault("unexpected operator")
    return [chain for chain in chains if chain[1][0].words]
