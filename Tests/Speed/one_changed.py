"""An update, of whose components few differ."""

import os
import subprocess
import tarfile

import content
import shell
from bench import Bench
from contest import Contestant
from mirror import REDIST, Archive, Mirror, write_index
from nothing import set_up
from ours import install, into_place, mirror_at

FLOOR = "floor: decoding what changed"
# Documents that an update may ask for, what there is and what is in it, and how large they are together.
DOCUMENTS, SMALL = 2, 32 << 10


def update(bench: Bench) -> None:
    source = bench.mirror()
    if len(source.releases) < 2:
        why = f"the mirror has {source.release} only; make it again with two releases"
        return bench.skip(f"update, {bench.set}", why)
    before = source.releases[1]
    known = {archive.digest for archive in source.archives_of(before)}
    changed = [archive for archive in source.archives if archive.digest not in known]
    bench.heading(
        f"An update: {bench.set}, {before} to {source.release}",
        f"of {len(source.archives)} components {', '.join(archive.component for archive in changed)} changed; "
        f"{bench.rounds} rounds",
    )
    unpacked = sum(size_unpacked(source, archive) for archive in changed)
    contestants = [shell.floor(FLOOR, [source.file(archive) for archive in changed], bench.cores)]
    past, home = f"{bench.work}/past", f"{bench.work}/updated"
    write_past(source, past)
    with bench.server(past) as server, bench.server(source.root) as newer:
        for label, name in bench.ours("cuda-install update").items():
            tool, template = bench.tools[label], f"{home}/{label}"
            os.makedirs(template)
            command = install(tool, mirror_at(server.url), before.rpartition(".")[0])
            set_up([*command, "--prefix", f"{template}/cuda"], template, content.tree(source, before))
            contestants.append(
                Contestant(
                    name,
                    into_place([tool, "update", "--quiet", "--mirror", mirror_at(newer.url)]),
                    content.tree(source),
                    newer,
                    lambda place, template=template: copy(f"{template}/cuda", f"{place}/cuda"),
                )
            )
        results = bench.compete(contestants, FLOOR, unpacked)
    packed = sum(archive.size for archive in changed)
    for name in bench.ours("cuda-install update").values():
        costs = results.costs[name]
        beside = [cost.received - packed for cost in costs]
        bench.target(f"{name}: bytes received beside the changed archives", beside, SMALL, ".0f")
        bench.target(f"{name}: documents", [cost.documents for cost in costs], DOCUMENTS, ".0f")
        written = [cost.written / unpacked for cost in costs if cost.written]
        bench.target(f"{name}: bytes written / the changed components' files", written, 1.05, ".3f")
        bench.target(f"{name} / decoding what changed", results.ratios(name, FLOOR), 1.3)


def write_past(source: Mirror, root: str) -> None:
    """The mirror as it was before its newest release: another list of the same archives."""
    redist = f"{root}/{REDIST}"
    os.makedirs(redist)
    for name in os.listdir(source.redist):
        if name not in ("index.html", f"redistrib_{source.release}.json"):
            os.symlink(f"{source.redist}/{name}", f"{redist}/{name}")
    write_index(redist)


def copy(template: str, place: str) -> None:
    subprocess.run(["cp", "-a", template, place], check=True)


def size_unpacked(source: Mirror, archive: Archive) -> int:
    with tarfile.open(source.file(archive)) as members:
        return sum(member.size for member in members if member.isfile())
