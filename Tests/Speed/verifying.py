"""Comparing an installed tree with its record, next to hashing the same files with other programs."""

import os
import shutil

import content
from bench import Bench
from contest import Contestant
from nothing import set_up
from ours import install, mirror_at
from shell import START

OPENSSL, SHA256SUM = "openssl dgst -sha256", "sha256sum"


def verify(bench: Bench) -> None:
    source = bench.mirror()
    bench.heading(f"verify: {bench.set}", f"{source.unpacked / 1e6:.0f} MB, all in memory; {bench.rounds} rounds")
    home = f"{bench.work}/verified"
    os.mkdir(home)
    contestants, core = [], max(os.sched_getaffinity(0))
    with bench.server(source.root) as server:
        for label, tool in bench.tools.items():
            place = f"{home}/{label}"
            prefix = ["--prefix", f"{place}/cuda"]
            os.mkdir(place)
            set_up([*install(tool, mirror_at(server.url), source.release), *prefix], place, content.tree(source))
            for cores, front in {"all cores": [], "one core": ["taskset", "-c", str(core)]}.items():
                name = bench.ours(f"cuda-install verify, {cores}")[label]
                command = [*front, tool, "verify", *prefix]
                contestants.append(Contestant(name, lambda place, command=command: command, is_traced=not front))
    tree = os.path.realpath(f"{place}/cuda/{source.release}")
    hashed = {f"{tree}/{path}": size for path, size in content.files(tree).items()}
    # Dealt out by size, so that no process of the yardstick waits for another.
    shares: list[list[str]] = [[] for _ in range(bench.cores)]
    sums = [0] * bench.cores
    for path in sorted(hashed, key=lambda path: -hashed[path]):
        least = sums.index(min(sums))
        shares[least].append(path)
        # A file costs something however small it is.
        sums[least] += hashed[path] + 4096
    for program in OPENSSL, SHA256SUM:
        if shutil.which(program.split()[0]):
            contestants.append(hashing(f"{program}, all cores", program, shares, home))
            contestants.append(hashing(f"{program}, one core", f"taskset -c {core} {program}", [list(hashed)], home))
    results = bench.compete(contestants, contestants[0].name)
    for cores in "all cores", "one core":
        for name in bench.ours(f"cuda-install verify, {cores}").values():
            bench.target(f"{name} / {OPENSSL}", results.ratios(name, f"{OPENSSL}, {cores}"), 1.1)


def hashing(name: str, program: str, shares: list[list[str]], home: str) -> Contestant:
    """A process for each share."""
    script = START
    for number, share in enumerate(shares):
        path = f"{home}/{name.split()[0]}-{len(shares)}-{number}"
        with open(path, "w") as file:
            file.write("\0".join(share))
        script += f"xargs -0 {program} <{path} >/dev/null &\n"
    return Contestant(name, lambda place: ["bash", "-c", f"{script}wait"], is_traced=False)
