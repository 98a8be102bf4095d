"""Runs contestants in turn, round by round, each from nothing, and checks what each leaves."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field

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


def compete(contestants: list[Contestant], rounds: int, work: str) -> Results:
    results = Results({contestant.name: [] for contestant in contestants})
    for turn in range(rounds):
        # Nobody is always first, or always behind the same one.
        start = turn % len(contestants)
        for contestant in contestants[start:] + contestants[:start]:
            if contestant.name not in results.out:
                _run(contestant, results, work, measure)
    if shutil.which("strace"):
        for contestant in contestants:
            if contestant.is_traced and contestant.name not in results.out:
                _run(contestant, results, work, count_calls)
    return results


def _run(contestant: Contestant, results: Results, work: str, how) -> None:
    place = f"{work}/place"
    os.mkdir(place)
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
        remove(place)


def remove(directory: str) -> None:
    """Whoever is not root must be able to write a directory to empty it, and nobody may write an installed tree."""
    if os.geteuid() != 0:
        subprocess.run(["find", directory, "-type", "d", "!", "-perm", "-u+w", "-exec", "chmod", "u+w", "{}", "+"])
    subprocess.run(["rm", "-rf", directory], check=True)
