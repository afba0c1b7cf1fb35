# SPDX-License-Identifier: BSD-2-Clause
"""The line editor of the CFE family.

Ctrl-C prints ^C and the prompt, and sets the cursor to the beginning; what
was typed is not shown any more, but it is still there: Enter runs it, and
what is typed goes in front of it. Ctrl-U drops the line. Other control
characters do nothing. F12 runs the last line again.
"""

BACK, CANCEL, KILL, OLDER = "\b\x7f", "\x03", "\x15", "\x10"


class Line:
    """One line that is typed; `say` shows, `get` waits for a key."""

    def __init__(self, prompt, history, say, get, room):
        self.prompt, self.history, self.room = prompt, history, room
        self.say, self.get = say, get
        self.text, self.at, self.older, self.done = "", 0, 0, False

    def read(self):
        """Until Enter; the line."""
        self.say(self.prompt)
        while not self.done:
            self.take(self.get())
        return self.text

    def take(self, key):
        if key in "\r\n":
            self.say("\n")
            self.done = True
        elif key == "\x1b":
            self.function_key()
        elif key == CANCEL:
            self.say("^C\n" + self.prompt)
            self.at = 0
        elif key == KILL:
            self.say("\b" * self.at + "\x1b[K")
            self.text, self.at = "", 0
        elif key == OLDER:
            self.bring_back()
        elif key in BACK:
            self.rub_out()
        elif key >= " ":
            self.insert(key)

    def insert(self, key):
        if self.at >= self.room - 1:
            return
        self.text = self.text[:self.at] + key + self.text[self.at:]
        rest = self.text[self.at:]
        self.at += 1
        self.say(rest + "\b" * (len(rest) - 1))

    def rub_out(self):
        if self.at == 0:
            return
        self.at -= 1
        rest = self.text[self.at + 1:]
        self.text = self.text[:self.at] + rest
        self.say("\b" + rest + " \b" + "\b" * len(rest))

    def bring_back(self):
        """The line before; nothing happens where there is none."""
        if self.older >= len(self.history):
            return
        self.older += 1
        line = self.history[-self.older][0]
        self.say("\b" * self.at + "\x1b[K" + line)
        self.text, self.at = line, len(line)

    def function_key(self):
        """ESC [ A: the line before. ESC [ 24 ~: and Enter. Others: nothing."""
        if self.get() not in "[O":
            return
        key = self.get()
        while key.isdigit() or key[-1] == ";":
            key += self.get()
        if key == "A":
            self.bring_back()
        elif key == "24~" and self.history:
            self.bring_back()
            self.take("\r")
