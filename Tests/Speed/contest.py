"""Runs contestants in turn, round by round, each from nothing, and checks what each leaves."""

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field

from content import files
from cost import Cost, Failure, count_calls, measure
from server import Server


@dataclass
class Contestant:
    name: str
    # Given a new directory, in which it is run.
    command: Callable[[str], list[str]]
    # What is wrong with what it left there; `None` if nothing is.
    fault: Callable[[str], str | None] = lambda place: None
    server: Server | None = None
    # What is there before, and not measured.
    prepare: Callable[[str], None] = lambda place: None
    # Whether an extra run counts its system calls.
    is_traced: bool = True


@dataclass
class Results:
    costs: dict[str, list[Cost]] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    # Why a contestant has no costs.
    out: dict[str, str] = field(default_factory=dict)

    def ratios(self, one: str, other: str, of=lambda cost: cost.seconds) -> list[float]:
        """Round by round; empty if one of them is out."""
        if one in self.out or other in self.out:
            return []
        return [of(a) / of(b) for a, b in zip(self.costs[one], self.costs[other]) if of(b)]


def compete(contestants: list[Contestant], rounds: int, work: str, counts_calls: bool) -> Results:
    results = Results({contestant.name: [] for contestant in contestants})
    for turn in range(rounds):
        # Nobody is always first, or always behind the same one.
        start = turn % len(contestants)
        for contestant in contestants[start:] + contestants[:start]:
            if contestant.name not in results.out:
                _run(contestant, results, work, measure)
    if counts_calls and shutil.which("strace"):
        for contestant in contestants:
            if contestant.is_traced and contestant.name not in results.out:
                _run(contestant, results, work, count_calls)
    return results


def _run(contestant: Contestant, results: Results, work: str, how) -> None:
    place = tempfile.mkdtemp(prefix="place-", dir=work)
    try:
        contestant.prepare(place)
        # One's dirty pages are not another's cost.
        os.sync()
        if contestant.server:
            contestant.server.take()
        found = how(contestant.command(place), place)
        fault = contestant.fault(place)
        if fault:
            raise Failure(fault)
        if how is count_calls:
            results.calls[contestant.name] = found
        else:
            if contestant.server:
                requests = contestant.server.take()
                found.received = sum(request.sent for request in requests)
                found.documents = sum(not request.is_of_archive for request in requests)
            results.costs[contestant.name].append(found)
    except Failure as failure:
        results.out[contestant.name] = str(failure)
        print(f"does not count: {contestant.name}: {failure}", flush=True)
    finally:
        empty(place)


def empty(directory: str) -> None:
    """Gives its space back, and goes with the work directory.

    ext4 searches past each inode that was deleted in the last minutes (`recently_deleted`), which would be the cost of
    whoever makes files next: for each some hundred microseconds."""
    names: dict[tuple[int, int], list[str]] = {}
    for path in files(directory):
        status = os.lstat(f"{directory}/{path}")
        names.setdefault((status.st_dev, status.st_ino), []).append(f"{directory}/{path}")
    for paths in names.values():
        # What has a name elsewhere is not only the contestant's.
        if os.lstat(paths[0]).st_nlink == len(paths):
            if os.geteuid() != 0:
                os.chmod(paths[0], 0o600)
            os.truncate(paths[0], 0)
