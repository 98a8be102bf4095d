"""Mirrors of NVIDIA's own binaries, which ../shared/mirror/make-mirror makes and the cache keeps."""

import json
import os
import subprocess
from typing import NamedTuple

from server import TOOLS

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "cuda-install-tests")
REDIST = "compute/cuda/redist"
PLATFORM = "linux-x86_64"


class Archive(NamedTuple):
    component: str
    path: str  # below the mirror's redist
    size: int
    digest: str


class Mirror:
    """The newest release of a directory that make-mirror has made."""

    def __init__(self, root: str):
        self.root, self.redist = root, f"{root}/{REDIST}"
        with open(f"{root}/mirror.json") as file:
            self.facts = json.load(file)
        self.releases: list[str] = self.facts["releases"]
        self.release = self.releases[0]
        totals = self.facts["totals"][self.release]
        self.files, self.unpacked, self.packed = totals["files"], totals["raw"], totals["size"]
        self.archives = self.archives_of(self.release)
        write_index(self.redist)

    @property
    def words(self) -> str:
        """For a heading."""
        largest = self.archives[0].size
        return (
            f"{len(self.archives)} archives of {self.packed / 1e6:.0f} MB, the largest {largest / 1e6:.0f} MB; "
            f"{self.files} files of {self.unpacked / 1e6:.0f} MB"
        )

    def archives_of(self, release: str) -> list[Archive]:
        """Largest first, which is what keeps all cores busy."""
        with open(f"{self.redist}/redistrib_{release}.json") as file:
            manifest = json.load(file)
        archives = [
            Archive(name, build["relative_path"], int(build["size"]), build["sha256"])
            for name, value in manifest.items()
            if isinstance(value, dict) and (build := value.get(PLATFORM))
        ]
        return sorted(archives, key=lambda archive: -archive.size)

    def file(self, archive: Archive) -> str:
        return f"{self.redist}/{archive.path}"

    def warm(self) -> None:
        """All archives are in memory, for whoever comes first as for the others."""
        for archive in self.archives:
            with open(self.file(archive), "rb", buffering=0) as file:
                while file.read(1 << 20):
                    pass


def write_index(redist: str) -> None:
    """NVIDIA's server lists the directory, nginx alone does not."""
    text = "".join(
        f"<a href='{name}'>{name}</a> 4.0KB<br>\n"
        for name in sorted(os.listdir(redist))
        if name.startswith("redistrib_")
    )
    page = f"{redist}/index.html"
    if os.path.exists(page):
        with open(page) as file:
            # Who has its time in a cache asks only whether it has changed.
            if file.read() == text:
                return
    with open(page, "w") as file:
        file.write(text)


def make(name: str, contents: str, *options: str) -> Mirror:
    """The mirror `name` of the cache, made if it is not there: at NVIDIA's level that takes minutes."""
    root = f"{CACHE}/{name}"
    if not os.path.exists(f"{root}/mirror.json"):
        print(f"making {name}; the next time it is there", flush=True)
        command = [f"{TOOLS}/make-mirror", "--set", contents, *options, "--out", root]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise SystemExit(f"skipped: the mirror could not be made: {done.stdout.strip().splitlines()[-1]}")
    return Mirror(root)


def as_nvidia(contents: str) -> Mirror:
    """xz -6, one block, as NVIDIA packs, and the wheels beside it."""
    return make(f"{contents}-as-nvidia", contents, "--simple-index")


def in_blocks(contents: str) -> Mirror:
    """xz -6 as `xz -T` makes it: each archive in blocks of 24 MiB."""
    return make(f"{contents}-blocks", contents, "--block-size", str(24 << 20))


def as_zstd(like: Mirror, root: str, tool: str) -> Mirror:
    """The newest release of `like` as .tar.zst, which cuda-install makes at `root`."""
    command = [tool, "install", like.release, "--profile", "full", "--quiet", "--mirror", f"{like.redist}/"]
    subprocess.run([*command, "--download-only", root, "--recompress", "zstd"], check=True, stdout=subprocess.DEVNULL)
    with open(f"{root}/{REDIST}/redistrib_{like.release}.json") as file:
        builds = [value[PLATFORM] for value in json.load(file).values() if isinstance(value, dict)]
    size = sum(int(build["size"]) for build in builds)
    facts = {"releases": [like.release], "totals": {like.release: like.facts["totals"][like.release] | {"size": size}}}
    with open(f"{root}/mirror.json", "w") as file:
        json.dump(facts, file)
    return Mirror(root)
