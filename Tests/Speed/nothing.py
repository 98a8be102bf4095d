"""What it costs where there is nothing to do."""

import os
import subprocess

import content
import peers
from bench import Bench
from contest import Contestant, Results
from cost import Failure, environment
from figures import MIB
from mirror import Mirror
from ours import install, mirror_at
from server import Server
from wheels import Index, has_wheels

LEAST_ROUNDS = 50
FLOCK = "flock -n LOCK true"
# Milliseconds of wall time.
LIMITS = {"install": 15, "update": 15, "status": 10, "env": 10, "--version": 10}
MEMORY_LIMIT = 25


def nothing(bench: Bench) -> None:
    source = bench.mirror()
    rounds = max(bench.rounds, LEAST_ROUNDS)
    bench.heading("Nothing to do", f"{bench.set} is installed; {rounds} rounds")
    home = f"{bench.work}/installed"
    os.mkdir(home)
    with bench.server(source.root) as server:
        contestants = []
        for label, name in bench.ours("").items():
            contestants += _ours(bench.tools[label], name, source, server, f"{home}/{label}")
        lock = f"{home}/{label}/cuda/.cuda-install.lock"
        contestants.append(Contestant(FLOCK, lambda place: ["flock", "-n", lock, "true"]))
        contestants.append(Contestant("true", lambda place: ["true"]))
        results = _compete_with_uv(bench, source, contestants, home, rounds)
    for command, limit in LIMITS.items():
        for name in bench.ours("").values():
            costs = results.costs[f"cuda-install {command}{name}"]
            what = f"cuda-install {command}{name}"
            bench.target(f"{what}: ms", [cost.seconds * 1000 for cost in costs], limit)
            if command in ("install", "update"):
                bench.target(f"{what}: peak MiB", [cost.peak / MIB for cost in costs], MEMORY_LIMIT, ".1f")


def _ours(tool: str, name: str, source: Mirror, server: Server, home: str) -> list[Contestant]:
    prefix = ["--prefix", f"{home}/cuda"]
    os.mkdir(home)
    # As a user asks, for a line that moves.
    again = [*install(tool, mirror_at(server.url), source.release.rpartition(".")[0]), *prefix]
    set_up(again, home, content.tree(source))
    commands = {
        "install": again,
        "update": [tool, "update", *prefix],
        "status": [tool, "status", *prefix],
        "env": [tool, "env", *prefix],
        "--version": [tool, "--version"],
    }
    return [
        Contestant(f"cuda-install {command}{name}", lambda place, words=words: words, server=server)
        for command, words in commands.items()
    ]


def _compete_with_uv(
    bench: Bench, source: Mirror, contestants: list[Contestant], home: str, rounds: int
) -> Results:
    uv = peers.program("uv")
    if not uv or not has_wheels(source):
        return bench.compete(contestants, FLOCK, rounds=rounds, unit="ms")
    index = Index(source, f"{bench.work}/installed-index", bench.server(f"{bench.work}/installed-index"))
    with index.server:
        again = peers.uv_install(index, uv, f"{home}/uv-cache", f"{home}/target")
        set_up(again, home, content.wheels(index.files))
        contestants.append(Contestant("uv --version", lambda place: [uv, "--version"]))
        contestants.append(Contestant("uv pip install", lambda place: again, server=index.server))
        return bench.compete(contestants, FLOCK, rounds=rounds, unit="ms")


def set_up(command: list[str], place: str, check: content.Check = lambda place: None) -> None:
    """What is there before, and is not measured."""
    done = subprocess.run(
        command, cwd=place, env=environment(place), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)  # fmt: skip
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)[:200]} ended with {done.returncode}: {done.stdout[-300:]}")
    if fault := check(place):
        raise Failure(fault)
