"""An install from wheels, next to uv with the same wheels, the same index and nothing in its cache."""

import content
import peers
from bench import Bench
from contest import Contestant
from ours import into_place
from wheels import Index, has_wheels

# In front of a command: afterwards all of what it installed is on the disk.
SYNC = "bash", "-c", '"$@" && sync -f .', "_"


def wheels(bench: Bench) -> None:
    source = bench.mirror()
    bench.heading(f"From wheels: {bench.set}", f"{source.files} files; {bench.rounds} rounds")
    if not has_wheels(source):
        return bench.skip("wheels", "the mirror has none; make it again with make-mirror --simple-index")
    index = Index(source, f"{bench.work}/wheels", bench.server(f"{bench.work}/wheels"))
    with index.server:
        uv = peers.program("uv")
        contestants = []
        for synced, front in {"": (), ", sync -f": SYNC}.items():
            contestants += [
                Contestant(
                    name + synced,
                    into_place(_install(bench.tools[label], index), *front),
                    content.tree_of_wheels(index.files, index.release),
                    index.server,
                )
                for label, name in bench.ours().items()
            ]
            if uv:
                contestants.append(peers.uv(index, uv, "uv" + synced, front))
        results = bench.compete(contestants, "uv" if uv else contestants[0].name, source.unpacked)
    for name in bench.ours().values():
        for synced in "", ", sync -f":
            ratios = results.ratios(name + synced, "uv" + synced) if uv else []
            bench.target(f"{name + synced} / uv{synced}", ratios, 1.0)


def _install(tool: str, index: Index) -> list[str]:
    return [tool, "install", index.release, "--profile", "full", "--quiet", f"--source=wheels={index.url}"]
