"""cuda-install itself, as it is called here: one contestant for each build that is measured."""

from collections.abc import Callable

import content
from bench import Bench
from contest import Contestant
from mirror import REDIST, Mirror
from server import Server


def install(tool: str, source: str, release: str) -> list[str]:
    """To be followed by `--prefix` and a place. `source` is a URL or a directory as `mirror_at` gives it."""
    return [tool, "install", release, "--profile", "full", "--quiet", "--mirror", source]


def mirror_at(root: str) -> str:
    """The product's own directory, as it is told by whoever knows it."""
    return f"{root}/{REDIST}/"


def into_place(command: list[str], *front: str) -> Callable[[str], list[str]]:
    """`command` with a prefix in the directory where it is run, which is the one that `content.tree` looks at."""
    return lambda place: [*front, *command, "--prefix", f"{place}/cuda"]


def installs(
    bench: Bench, source: Mirror, server: Server, name: str = "cuda-install", is_traced: bool = True
) -> list[Contestant]:
    """A first install, by each build."""
    return [
        Contestant(
            name,
            into_place(install(bench.tools[label], mirror_at(server.url), source.release)),
            content.tree(source),
            server,
            is_traced=is_traced,
        )
        for label, name in bench.ours(name).items()
    ]
