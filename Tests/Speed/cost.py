"""What one run of one command cost."""

import os
import subprocess
import sys
from dataclasses import dataclass

RUNNER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "runner.py")
# Of whoever runs this, and what they stand for must not decide what is measured.
FOREIGN = ("CUDA_INSTALL_", "PIP_", "UV_", "VIRTUAL_ENV", "PYTHON", "XDG_", "XZ_", "TAR_", "GZIP", "ZSTD_")


class Failure(Exception):
    """There is no going on with this part."""


@dataclass
class Cost:
    seconds: float
    user: float
    system: float
    # Bytes, of the largest process. It is not below what the runner itself has.
    peak: int
    least_peak: int
    # That were handed to the disk or wait for it; and of those, what was deleted before it got there.
    written: int | None
    cancelled: int | None
    received: int = 0
    # Requests for anything but an archive.
    documents: int = 0

    @property
    def processor(self) -> float:
        return self.user + self.system


def environment(home: str) -> dict[str, str]:
    """As small as a new user's. No file of settings counts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {
        **kept, "HOME": home, "LC_ALL": "C.UTF-8", "CUDA_INSTALL_CONFIG": "/dev/null", "PIP_CONFIG_FILE": "/dev/null",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


def measure(command: list[str], directory: str) -> Cost:
    """Runs it in `directory`, where it must end well; what it says is in `directory`/said."""
    reader, writer = os.pipe()
    said = f"{directory}/said"
    with open(said, "wb") as output, os.fdopen(reader, "rb") as result:
        subprocess.run(
            [sys.executable, "-I", "-S", "-B", RUNNER, str(writer), *command], cwd=directory, pass_fds=[writer],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment(directory))  # fmt: skip
        os.close(writer)
        found = dict(line.split() for line in result.read().decode().splitlines())
    if found.get("status") != "0":
        raise Failure(f"{' '.join(command)[:200]} ended with {found.get('status')}: {last_words(said)}")
    written, cancelled = (found.get(name) for name in ("write_bytes", "cancelled_write_bytes"))
    return Cost(
        float(found["seconds"]), float(found["user"]), float(found["system"]), int(found["peak"]), int(found["runner"]),
        None if written is None else int(written), None if cancelled is None else int(cancelled))  # fmt: skip


def last_words(path: str) -> str:
    with open(path, errors="replace") as said:
        return " | ".join(line.strip() for line in said.read().strip().splitlines()[-3:])[-300:]


def count_calls(command: list[str], directory: str) -> int:
    """System calls of it and of all that it starts, by strace, which makes it many times slower."""
    table = f"{directory}/calls"
    with open(f"{directory}/said", "wb") as output:
        subprocess.run(
            ["strace", "-f", "-qq", "-c", "-o", table, *command], cwd=directory, stdin=subprocess.DEVNULL,
            stdout=output, stderr=output, env=environment(directory))  # fmt: skip
    with open(table) as file:
        rows = [line.split() for line in file]
    # "% time, seconds, usecs/call, calls, errors (may be empty), syscall"
    return sum(int(row[3]) for row in rows if len(row) >= 5 and row[0][0].isdigit() and row[-1] != "total")
