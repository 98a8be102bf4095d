"""The same content in a format that decodes faster."""

import mirror
from bench import Bench
from ours import installs
from shell import ByHand


def zstd(bench: Bench) -> None:
    source = bench.mirror()
    repacked = mirror.as_zstd(source, f"{bench.work}/zstd", next(iter(bench.tools.values())))
    repacked.warm()
    bench.heading(
        f"The same content as .tar.zst: {bench.set}",
        f"{source.packed / 1e6:.0f} MB of xz, {repacked.packed / 1e6:.0f} MB of zstd; {bench.rounds} rounds",
    )
    with bench.server(source.root) as server, bench.server(repacked.root) as other:
        by_hand = ByHand(repacked, other, bench.cores, bench.work)
        of_xz = installs(bench, source, server, "cuda-install, xz")
        of_zstd = installs(bench, repacked, other, "cuda-install, zstd")
        contestants = [*of_xz, *of_zstd, by_hand.floor("zstd -dc alone"), by_hand.streaming()]
        results = bench.compete(contestants, of_xz[0].name, source.unpacked)
    for one, another in zip(of_zstd, of_xz):
        bench.target(f"{one.name} / xz", results.ratios(one.name, another.name), 0.25)
