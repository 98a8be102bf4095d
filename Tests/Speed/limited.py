"""A first install where each connection is as slow as a server's limit."""

import content
import shell
from bench import Bench
from cold import FLOOR
from contest import Contestant
from ours import install, installs, into_place, mirror_at

RATE = 20


def limited(bench: Bench) -> None:
    source = bench.mirror()
    bench.heading(f"{RATE} MB/s for each connection: {bench.set}", f"{source.words}; {bench.rounds} rounds")
    # nginx's letters stand for powers of 1024.
    with bench.server(source.root, "--rate", f"{RATE * 1_000_000 // 1024}k") as server:
        installing = installs(bench, source, server)
        downloading = [
            Contestant(
                name,
                into_place([
                    *install(bench.tools[label], mirror_at(server.url), source.release), "--download-only", "mirror"
                ]),
                content.downloaded(source),
                server,
            )
            for label, name in bench.ours("cuda-install --download-only").items()
        ]  # fmt: skip
        decoding = shell.floor(FLOOR, [source.file(archive) for archive in source.archives], bench.cores)
        results = bench.compete([*installing, *downloading, decoding], FLOOR, source.unpacked)
    for one, another in zip(installing, downloading):
        ratios = [
            min(pair) for pair in zip(results.ratios(one.name, another.name), results.ratios(one.name, FLOOR))
        ]
        bench.target(f"{one.name} / the larger of downloading and decoding", ratios, 1.05)
