"""A mirror's server, on a port of 127.0.0.1 that the kernel chooses."""

import os
import subprocess
import time
from typing import NamedTuple

TOOLS = os.path.abspath("../shared/mirror")


class Request(NamedTuple):
    path: str
    sent: int

    @property
    def is_of_archive(self) -> bool:
        return ".tar." in self.path or self.path.endswith(".whl")


class Server:
    def __init__(self, state: str, root: str, *options: str):
        self.state, self.root, self.options, self.seen = state, root, options, 0

    def __enter__(self):
        words = ["--state", self.state, "--root", self.root, "--engine", "nginx", *self.options]
        self.url = self._tool("start", *words).strip()
        return self

    def __exit__(self, *_):
        self._tool("stop", "--state", self.state)

    def take(self) -> list[Request]:
        """What it has answered since the last call. A request is logged when it has ended, a moment after the client
        has all of it."""
        log = f"{self.state}/access.log"
        size = -1
        while size != (size := os.path.getsize(log)):
            time.sleep(0.05)
        with open(log) as file:
            file.seek(self.seen)
            fields = [line.split("\t") for line in file.read().splitlines()]
            self.seen = file.tell()
        return [Request(field[4], int(field[2])) for field in fields]

    def _tool(self, *words: str) -> str:
        done = subprocess.run([f"{TOOLS}/serve-mirror", *words], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit(f"serve-mirror {' '.join(words)} ended with {done.returncode}")
        return done.stdout
