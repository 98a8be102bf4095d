"""Whether what a contestant left is all of what the mirror has. A run whose result is not has no time.

Each check is made for a mirror or for wheels, and takes the directory in which the contestant ran; it returns what is
wrong, or `None`. A tree of cuda-install's is in `cuda` of that directory, what pip and uv install in `target`.
"""

import os
import zipfile
from collections.abc import Callable

from mirror import Mirror

Check = Callable[[str], str | None]
# Of the tree's top, by cuda-install itself.
OWN = {"receipt.json", "receipt.ndjson", "version.json", "version.txt"}
# pkg-config's files name the directory that they are in, and so they differ by some bytes.
REWRITTEN = 4096


def files(root: str) -> dict[str, int]:
    """Paths below `root` and sizes, of regular files."""
    found: dict[str, int] = {}
    pending = [root]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    found[os.path.relpath(entry.path, root)] = entry.stat(follow_symlinks=False).st_size
    return found


def tree(mirror: Mirror, release: str | None = None) -> Check:
    """A tree of cuda-install's, by the number of its files and their bytes."""
    release = release or mirror.release
    totals = mirror.facts["totals"][release]

    def check(place: str) -> str | None:
        try:
            found = files(os.path.realpath(f"{place}/cuda/{release}"))
        except OSError as error:
            return f"there is no tree: {error}"
        sizes = [size for path, size in found.items() if path not in OWN]
        if len(sizes) == totals["files"] and abs(sum(sizes) - totals["raw"]) <= REWRITTEN:
            return None
        return f"{len(sizes)} files of {sum(sizes)} bytes, not {totals['files']} of {totals['raw']}"

    return check


def unpacked(mirror: Mirror) -> Check:
    """The archives' own directories, one beside the other."""

    def check(place: str) -> str | None:
        sizes = [size for path, size in files(place).items() if path.split("/")[0].endswith("-archive")]
        if (len(sizes), sum(sizes)) == (mirror.files, mirror.unpacked):
            return None
        return f"{len(sizes)} files of {sum(sizes)} bytes, not {mirror.files} of {mirror.unpacked}"

    return check


def downloaded(mirror: Mirror) -> Check:
    """The archives, in any layout in `mirror`. Their hashes are compared by whoever says that it has fetched them."""
    wanted = sorted(archive.size for archive in mirror.archives)

    def check(place: str) -> str | None:
        sizes = sorted(size for path, size in files(f"{place}/mirror").items() if ".tar." in path)
        if sizes == wanted:
            return None
        return f"{len(sizes)} archives of {sum(sizes)} bytes, not {len(wanted)} of {sum(wanted)}"

    return check


def wheels(paths: list[str]) -> Check:
    """Each of the wheels' members, at its path and with its size."""
    members = {name: size for name, size in _members(paths).items() if not name.endswith(".dist-info/RECORD")}
    return lambda place: _missing(members, files(f"{place}/target"))


def tree_of_wheels(paths: list[str], release: str) -> Check:
    """As `wheels`, of a tree of cuda-install's, which has the paths inside without what only Python needs."""
    members = {}
    for name, size in _members(paths).items():
        top, _, inside = name.partition("/")
        inside = inside.partition("/")[2]
        is_python = not inside or inside.startswith(".") or inside.endswith("__init__.py")
        if top == "nvidia" and not is_python and not inside.startswith("LICENSE"):
            members[inside] = size
    return lambda place: _missing(members, files(os.path.realpath(f"{place}/cuda/{release}")))


def _members(paths: list[str]) -> dict[str, int]:
    members = {}
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            members.update({it.filename: it.file_size for it in archive.infolist() if not it.is_dir()})
    return members


def _missing(members: dict[str, int], found: dict[str, int]) -> str | None:
    for name, size in members.items():
        if found.get(name) != size:
            return f"{name} is not there, or not whole"
    return None
