"""Runs what is compared, and tells what it took."""

import os
import resource
import shutil
import subprocess
import time
from typing import NamedTuple

from mirror import BASE, LABEL, Artifact


class Failure(Exception):
    """Something is not as promised, and there is no going on."""


class Cost(NamedTuple):
    user: float
    system: float
    processor: float
    seconds: float


class Programs:
    def __init__(self, work: str):
        self.work, self.tool, self.said = work, f"{work}/cuda-install", f"{work}/said"

    def install(self, url: str, artifact: Artifact, prefix: str, **process) -> subprocess.Popen:
        """An install under way."""
        command = [*self._command(url, artifact), "--prefix", prefix]
        with open(self.said, "w") as said:
            return subprocess.Popen(command, stdout=said, stderr=said, **process)

    def finish(self, process: subprocess.Popen) -> str:
        """What it said. It must end well."""
        status = process.wait()
        with open(self.said) as said:
            return check(process.args, status, said.read())

    def download(self, url: str, artifacts: list[Artifact]) -> Cost:
        """cuda-install, into a new directory. Every byte must be there then."""
        directory = self._new_directory()
        cost = self._measure([*self._command(url, artifacts[0]), "--download-only", directory])
        if not all(artifact.is_placed(directory) for artifact in artifacts):
            raise Failure("what was downloaded is not what the server has")
        return cost

    def aria2c(self, url: str, artifacts: list[Artifact]) -> Cost:
        """With the same checks and as many connections: six for one artifact, or one for each of six."""
        with open(f"{self.work}/list", "w") as file:
            for it in artifacts:
                file.write(f"{url}/{it.mirror}/{it.path}\n checksum=sha-256={it.digest}\n")
        each = 6 if len(artifacts) == 1 else 1
        options = f"--no-conf -q -x{each} -s{each} -k1M -j6 -i {self.work}/list -d"
        return self._measure(["aria2c", *options.split(), self._new_directory()])

    def curl(self, url: str, artifacts: list[Artifact]) -> Cost:
        """One after another, and unchecked."""
        words = [word for it in artifacts for word in ("-O", f"{url}/{it.mirror}/{it.path}")]
        return self._measure(["curl", "-qsSf", "--output-dir", self._new_directory(), *words])

    def pipeline(self, url: str, artifact: Artifact, behind: str) -> Cost:
        """curl, into another program that tells the hash."""
        line = f"curl -qsSf '{url}/{artifact.mirror}/{artifact.path}' | {behind}"
        return self._measure(["bash", "-o", "pipefail", "-c", line], says=artifact.digest)

    def _command(self, url: str, artifact: Artifact) -> list[str]:
        mirror = f"{url}/{artifact.mirror}/{BASE}/"
        return [self.tool, "install", LABEL, "--profile", "full", "--mirror", mirror]

    def _new_directory(self) -> str:
        directory = f"{self.work}/fetched"
        shutil.rmtree(directory, ignore_errors=True)
        os.mkdir(directory)
        return directory

    def _measure(self, command: list[str], says: str = "") -> Cost:
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        if says not in check(command, run.returncode, run.stdout):
            raise Failure(f"{' '.join(command)} found another hash: {run.stdout}")
        user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
        return Cost(user, system, user + system, seconds)


def check(command: list[str], status: int, said: str) -> str:
    if status != 0:
        raise Failure(f"{' '.join(command)} ended with {status}:\n{said}")
    return said
