"""How cost grows: at some number, and at twice as many, which is to cost a little more than twice as much at most."""

import json
import math
import os
import subprocess
import time
from statistics import median

import made_up
from bench import Bench
from contest import Contestant, Results
from cost import Failure, environment
from figures import spread
from nothing import set_up
from ours import install, into_place, mirror_at

RELEASE = "13.0.2"
GROWTH = 2.2


def scale(bench: Bench) -> None:
    files(bench)
    components(bench)
    releases(bench)
    history(bench)
    waiters(bench)


def files(bench: Bench) -> None:
    bench.heading("Scale: files", f"one component, from a directory; {bench.rounds} rounds")
    installs(bench, {count: (1, count) for count in (5_000, 10_000)}, "files")


def components(bench: Bench) -> None:
    bench.heading("Scale: components", f"of 10 files each, from a directory; {bench.rounds} rounds")
    installs(bench, {count: (count, 10) for count in (50, 100)}, "components")


def installs(bench: Bench, sizes: dict[int, tuple[int, int]], what: str) -> None:
    for count, (parts, each) in sizes.items():
        made_up.write(f"{bench.work}/{what}-{count}", parts, each, [RELEASE])
    contestants = [
        Contestant(
            f"{name}, {count} {what}",
            into_place(install(bench.tools[label], mirror_at(f"{bench.work}/{what}-{count}"), RELEASE)),
            lambda place: None if os.path.exists(f"{place}/cuda/{RELEASE}/receipt.json") else "there is no tree",
        )
        for label, name in bench.ours().items()
        for count in sizes
    ]
    results = bench.compete(contestants, contestants[0].name)
    growth(bench, results, list(sizes), what)


def releases(bench: Bench) -> None:
    """Trees beside one another: what looks at them all, and one more."""
    bench.heading("Scale: releases in one prefix", f"of one file each; {bench.rounds} rounds")
    sizes, home = (50, 100), f"{bench.work}/releases"
    labels = [f"13.{number}.0" for number in range(max(sizes) + 1)]
    made_up.write(f"{home}/mirror", 1, 1, labels)
    contestants = []
    for tool_label, name in bench.ours("").items():
        tool = bench.tools[tool_label]
        for count in sizes:
            prefix = f"{home}/cuda-{len(contestants)}"
            for label in labels[:count]:
                set_up([*install(tool, mirror_at(f"{home}/mirror"), label), "--prefix", prefix], home)
            for command in "status", "list", "prune":
                words = [tool, command, "--prefix", prefix] + (["--dry-run"] if command == "prune" else [])
                contestants.append(Contestant(
                    f"cuda-install {command}{name}, {count} releases", lambda place, words=words: words))  # fmt: skip
    results = bench.compete(contestants, contestants[0].name, unit="ms")
    for command in "status", "list", "prune":
        growth(bench, results, list(sizes), "releases", f"cuda-install {command}")


def history(bench: Bench) -> None:
    """Runs that ended: what looks at them, and what adds one."""
    bench.heading("Scale: entries of the history", f"{bench.rounds} rounds")
    sizes, home = (500, 1_000), f"{bench.work}/history"
    made_up.write(f"{home}/mirror", 1, 1, [RELEASE])
    contestants = []
    for label, name in bench.ours("").items():
        for count in sizes:
            prefix = f"{home}/cuda-{len(contestants)}"
            again = [*install(bench.tools[label], mirror_at(f"{home}/mirror"), RELEASE), "--prefix", prefix]
            set_up(again, home)
            set_up(again, home)
            lengthen(f"{prefix}/.cuda-install/history.ndjson", count)
            commands = {"status": [bench.tools[label], "status", "--prefix", prefix], "install": again}
            for command, words in commands.items():
                contestants.append(Contestant(
                    f"cuda-install {command}{name}, {count} entries", lambda place, words=words: words))  # fmt: skip
    results = bench.compete(contestants, contestants[0].name, unit="ms")
    for command in "status", "install":
        growth(bench, results, list(sizes), "entries", f"cuda-install {command}")


def lengthen(path: str, count: int) -> None:
    """By more runs that had nothing to do, each with an `op` of its own."""
    with open(path) as file:
        lines = file.read().splitlines()
    last = json.loads(lines[-1])
    with open(path, "a") as file:
        for number in range(count - len(lines)):
            more = {**last, "op": f"{last['op'][:-8]}{number:08x}"}
            file.write(json.dumps(more, separators=(",", ":"), sort_keys=True) + "\n")


def growth(bench: Bench, results: Results, sizes: list[int], what: str, name: str = "cuda-install") -> None:
    small, large = sizes
    for full in bench.ours(name).values():
        one, other = (f"{full}, {count} {what}" for count in sizes)
        for kind, of in ("wall", lambda cost: cost.seconds), ("CPU", lambda cost: cost.processor):
            each = median(of(cost) for cost in results.costs[other]) / large * 1e6
            ratios = results.ratios(other, one, of)
            bench.target(f"{full}: {kind}, {large} {what} / {small} ({each:.1f} us each)", ratios, GROWTH)


SECONDS = 5


def waiters(bench: Bench) -> None:
    """Processes that wait for the lock: what they take of the processor meanwhile."""
    bench.heading("Scale: processes that wait", f"for {SECONDS} seconds each time")
    home = f"{bench.work}/waiting"
    made_up.write(f"{home}/mirror", 1, 1, [RELEASE])
    for label, name in bench.ours().items():
        for count in 32, 64:
            prefix = f"{home}/cuda-{label}-{count}"
            os.makedirs(prefix)
            command = install(bench.tools[label], mirror_at(f"{home}/mirror"), RELEASE)
            command += ["--wait", "--prefix", prefix]
            shares = wait_together(command, f"{prefix}/.cuda-install.lock", count, home)
            per_cent = [share * 100 for share in shares]
            print(f"{name}, {count} waiting: each {spread(per_cent, '.3f')} % of a core, all {sum(per_cent):.2f} %")
            bench.target(f"{name}: % of a core that {count} take", [sum(per_cent)], 5)


def wait_together(command: list[str], lock: str, count: int, home: str) -> list[float]:
    """The share of a core that each took while it waited. Then all of them go on, and end well."""
    # Not this process: cuda-install does not wait for a lock that whoever started it holds.
    with subprocess.Popen(["flock", lock, "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        holder.stdin.write(b"?")
        holder.stdin.flush()
        holder.stdout.read(1)
        processes = [
            subprocess.Popen(
                command, cwd=home, env=environment(home), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            for _ in range(count)
        ]  # fmt: skip
        # Until all have started: what they take then is what they take each second.
        spent, more, last = 0.0, math.inf, math.inf
        while more == math.inf or more < 0.9 * last:
            time.sleep(1)
            now = sum(map(processor_seconds, processes))
            spent, more, last = now, now - spent, more
        start, before = time.monotonic(), list(map(processor_seconds, processes))
        time.sleep(SECONDS)
        after, seconds = list(map(processor_seconds, processes)), time.monotonic() - start
        holder.stdin.close()
    for process in processes:
        if process.wait() != 0:
            raise Failure(f"one that waited ended with {process.returncode}")
    return [(late - early) / seconds for early, late in zip(before, after)]


def processor_seconds(process: subprocess.Popen) -> float:
    """Of all its threads, to the nanosecond."""
    directory = f"/proc/{process.pid}/task"
    total = 0
    for thread in os.listdir(directory):
        with open(f"{directory}/{thread}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e9
