"""Many processes at once that all want the same."""

import content
from bench import Bench
from contest import Contestant
from ours import install, into_place, mirror_at

COUNT = 32
# What must not grow, and by how much it may: bytes by what 31 processes note of themselves, and ask.
LIMITS = {
    "wall": (1.3, lambda cost: cost.seconds),
    "CPU": (1.5, lambda cost: cost.processor),
    "bytes received": (1.01, lambda cost: cost.received),
    "bytes written": (1.01, lambda cost: cost.written or 0),
}


def crowd(bench: Bench) -> None:
    source = bench.mirror()
    bench.heading(f"{COUNT} processes at once, the same request: {bench.set}", f"{bench.rounds} rounds")
    contestants = []
    with bench.server(source.root) as server:
        for label, name in bench.ours().items():
            command = install(bench.tools[label], mirror_at(server.url), source.release)
            for count in 1, COUNT:
                together = into_place(command, *at_once(count))
                check = content.tree(source)
                contestants.append(Contestant(f"{name} x {count}", together, check, server, is_traced=False))
        results = bench.compete(contestants, contestants[0].name, source.unpacked)
    for name in bench.ours().values():
        one, many = f"{name} x 1", f"{name} x {COUNT}"
        for what, (limit, of) in LIMITS.items():
            bench.target(f"{what} of {many} / x 1", results.ratios(many, one, of), limit, ".3f")


def at_once(count: int) -> list[str]:
    """In front of a command: so many of it, and all have to end well."""
    script = f"""
        pids=()
        for ((n = 0; n < {count}; n++)); do "$@" & pids+=($!); done
        for pid in "${{pids[@]}}"; do wait "$pid" || exit; done"""
    return ["bash", "-c", script, "_"]
