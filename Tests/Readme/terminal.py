"""A terminal, and a shell at it: what is typed, and what is on the screen."""

import codecs
import fcntl
import os
import re
import select
import signal
import struct
import termios
import time

COLUMNS, ROWS = 120, 40
READY = "readme-ready"
SEQUENCE = re.compile(
    r"\x1b\](?P<word>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b\[(?P<number>[0-9;?]*)[ -/]*(?P<letter>[@-~])"
    r"|\x1b[()#].|\x1b[^\[\]()#]"
)


class Screen:
    """The lines since the last `clear`, without an end: a screen that is scrolled back in."""

    def __init__(self):
        self.clear()
        self.rest = ""
        self.words = []

    def clear(self):
        self.cells, self.row, self.column = [[]], 0, 0

    def lines(self):
        lines = ["".join(row).rstrip() for row in self.cells]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def feed(self, text):
        text = self.rest + text
        self.rest = ""
        place = 0
        while place < len(text):
            if text[place] != "\x1b":
                self.put(text[place])
                place += 1
                continue
            match = SEQUENCE.match(text, place)
            if not match:
                self.rest = text[place:]
                return
            self.obey(match)
            place = match.end()

    def put(self, character):
        if character == "\n":
            self.row += 1
            while len(self.cells) <= self.row:
                self.cells.append([])
        elif character == "\r":
            self.column = 0
        elif character == "\b":
            self.column = max(0, self.column - 1)
        elif character >= " ":
            if self.column == COLUMNS:
                self.column = 0
                self.put("\n")
            row = self.cells[self.row]
            row.extend(" " * (self.column + 1 - len(row)))
            row[self.column] = character
            self.column += 1

    def obey(self, match):
        if match["word"] is not None:
            self.words.append(match["word"])
        number = int(match["number"]) if (match["number"] or "").isdigit() else None
        if match["letter"] == "A":
            self.row = max(0, self.row - (number or 1))
        elif match["letter"] == "C":
            self.column = min(COLUMNS, self.column + (number or 1))
        elif match["letter"] == "D":
            self.column = max(0, self.column - (number or 1))
        elif match["letter"] == "K" and not number:
            del self.cells[self.row][self.column :]
        elif match["letter"] == "J" and not number:
            del self.cells[self.row][self.column :]
            del self.cells[self.row + 1 :]


class Shell:
    """A login shell at a terminal. What it shows of itself is the prompt "$ "; each prompt says how the command ended."""

    # While one is waited for, none of the others may find its terminal full.
    everyone = []

    def __init__(self, command, log):
        self.log = log
        self.screen = Screen()
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        master, terminal = os.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.pid = os.fork()
        if self.pid == 0:
            os.login_tty(terminal)
            os.environ["TERM"] = "xterm"
            # What Python ignores, or whoever started this in the background, a login does not.
            for ignored in signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE:
                signal.signal(ignored, signal.SIG_DFL)
            os.execvp(command[0], command)
        os.close(terminal)
        self.master = master
        self.everyone.append(self)
        # In two parts, so that the echo of this is not taken for the prompt.
        self.type(f"PS1='$ ' PROMPT_COMMAND='printf \"\\033]%s:%d\\007\" readme\"\"-ready $?'")
        self.wait(60)

    def type(self, line, end="\n"):
        os.write(self.master, (line + end).encode())

    def run(self, line, timeout=3600, watch=None):
        """What the screen shows after the command, and its status. `watch` is given each state of the screen."""
        self.start(line)
        typed = (len(f"$ {line}") - 1) // COLUMNS + 1
        status = self.wait(timeout, watch and (lambda lines: watch(lines[typed:])))
        lines = self.screen.lines()
        return lines[typed:-1] if lines[-1] == "$" else lines[typed:], status

    def start(self, line):
        self.screen.clear()
        self.screen.feed("$ ")
        self.screen.words.clear()
        self.type(line)

    def wait(self, timeout, watch=None):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            for word in self.screen.words:
                if word.startswith(READY + ":"):
                    self.drain(0.2)
                    return int(word.rpartition(":")[2])
            if self.read(1) and watch:
                watch(self.screen.lines())
        raise TimeoutError("\n".join(self.screen.lines()[-20:]))

    def drain(self, seconds):
        while self.read(seconds):
            pass

    def read(self, seconds):
        """Whether it has shown something."""
        ready = select.select([shell.master for shell in self.everyone], [], [], seconds)[0]
        for shell in self.everyone:
            if shell.master in ready:
                shell.take(os.read(shell.master, 65536))
        return self.master in ready

    def take(self, data):
        self.log.write(data)
        self.log.flush()
        self.screen.feed(self.decoder.decode(data))

    def completed(self, start):
        """What the line becomes when TAB is pressed."""
        self.screen.clear()
        self.screen.feed("$ ")
        self.type(start + "\t", end="")
        self.drain(1)
        line = "".join(self.screen.lines())[2:]
        self.type("\x15", end="")
        self.drain(0.3)
        return line

    def close(self):
        self.everyone.remove(self)
        os.kill(self.pid, signal.SIGHUP)
        os.close(self.master)
        os.waitpid(self.pid, 0)
