"""A first install, next to whoever else can do it, and to decoding alone."""

import shutil

import peers
from bench import Bench
from contest import Contestant, Results
from mirror import Mirror
from ours import installs
from shell import ByHand
from wheels import Index, has_wheels

FLOOR = "floor: decoding alone"


def cold(bench: Bench) -> None:
    source = bench.mirror()
    bench.heading(f"A first install: {bench.set}", f"{source.words}; {bench.rounds} rounds")
    with bench.server(source.root) as server:
        by_hand = ByHand(source, server, bench.cores, bench.work)
        verifying = [by_hand.side_by_side(), by_hand.streaming()]
        if shutil.which("aria2c"):
            verifying.append(by_hand.aria2c())
        else:
            bench.skip("aria2c", "there is none; .ci/setup --tests installs it")
        verifying += peers.nvidia(source, server)
        serial = by_hand.in_series()
        contestants = [by_hand.floor(FLOOR), *installs(bench, source, server), serial, *verifying]
        results = _compete_with_wheels(bench, source, contestants)
    for name in bench.ours().values():
        bench.target(f"{name} / floor", results.ratios(name, FLOOR), 1.10)
        ratios = _ratios_to_best(results, name, [contestant.name for contestant in verifying])
        bench.target(f"{name} / the best that verifies and decodes the same bytes", ratios, 0.90)
        bench.target(f"{name} / in series", results.ratios(name, serial.name), 0.5)
        written = [cost.written / source.unpacked for cost in results.costs[name] if cost.written]
        bench.target(f"{name}: bytes written / unpacked size", written, 1.05, ".3f")


def _compete_with_wheels(bench: Bench, source: Mirror, contestants: list[Contestant]) -> Results:
    if not has_wheels(source):
        bench.skip("pip, uv", "the mirror has no wheels; make it again with make-mirror --simple-index")
        return bench.compete(contestants, FLOOR, source.unpacked)
    index = Index(source, f"{bench.work}/index", bench.server(f"{bench.work}/index"))
    with index.server:
        return bench.compete([*contestants, *peers.of_wheels(index)], FLOOR, source.unpacked)


def _ratios_to_best(results: Results, name: str, others: list[str]) -> list[float]:
    """Round by round, to the best of that round."""
    ratios = [results.ratios(name, other) for other in others]
    return [max(values) for values in zip(*filter(None, ratios))]
