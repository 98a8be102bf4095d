"""What the shows have in common."""

import os
import shutil

import mirror
from programs import Programs

MB = 1_000_000


class Show:
    def __init__(self, options):
        self.work, self.seed, self.rounds = options.work, options.seed, options.rounds
        self.root, self.size = f"{self.work}/mirrors", options.size * MB
        self.programs = Programs(self.work)
        self.holds = True
        self._made: dict[str, list[mirror.Artifact]] = {}

    def artifacts(self, name: str, count: int = 1, size: int = 0) -> list[mirror.Artifact]:
        if name not in self._made:
            self._made[name] = mirror.write(self.root, name, count, size or self.size)
        return self._made[name]

    def heading(self, text: str, details: str) -> None:
        load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        print(f"\n== {text}\n   {details}; {load}\n", flush=True)

    def promise(self, text: str, holds: bool) -> None:
        print(f"{'ok' if holds else 'NOT AS PROMISED'}: {text}", flush=True)
        self.holds &= holds

    def skips(self, name: str, *wanted: str) -> bool:
        missing = [program for program in wanted if not shutil.which(program)]
        if missing:
            what = ", no ".join(missing)
            print(f"skipped: {name}: there is no {what}; .ci/setup --tests installs it")
        return bool(missing)
