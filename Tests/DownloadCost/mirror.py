"""A made-up mirror in NVIDIA's layout, as a directory: one release of artifacts that are as large as asked for."""

import gzip
import hashlib
import io
import itertools
import json
import os
import platform
import tarfile
from dataclasses import dataclass

BASE = "compute/cuda/redist"
LABEL = "13.0.2"
PLATFORM = "linux-sbsa" if platform.machine() == "aarch64" else "linux-x86_64"


@dataclass
class Artifact:
    mirror: str  # its name, the first directory of the server's paths
    path: str  # in the mirror
    file: str
    member: str  # the file in it, and in a tree
    size: int
    digest: str

    def is_installed(self, prefix: str) -> bool:
        """Whether the tree has every byte of it."""
        with tarfile.open(self.file) as archive:
            packed = archive.extractfile(f"{os.path.basename(self.path)[:-7]}/{self.member}")
            return _equals(packed, os.path.join(prefix, LABEL, self.member))

    def is_placed(self, directory: str) -> bool:
        """Whether a directory that was downloaded to has every byte of it."""
        with open(self.file, "rb") as file:
            return _equals(file, os.path.join(directory, self.path))


def write(root: str, name: str, count: int, size: int) -> list[Artifact]:
    """The mirror `name` below `root`: `count` artifacts of `size` bytes each, and some."""
    manifest = {"release_date": "2025-10-01", "release_label": LABEL, "release_product": "cuda"}
    artifacts = []
    for number in range(1, count + 1):
        component, version = f"lib{name}{number}", "13.0.96"
        relative = f"{component}/{PLATFORM}/{component}-{PLATFORM}-{version}-archive.tar.gz"
        path, member = f"{BASE}/{relative}", f"lib/{component}.so.{version}"
        file = os.path.join(root, name, path)
        os.makedirs(os.path.dirname(file))
        _pack(file, f"{os.path.basename(relative)[:-7]}/{member}", size)
        with open(file, "rb") as packed:
            digest = hashlib.file_digest(packed, "sha256").hexdigest()
        whole = os.path.getsize(file)
        artifacts.append(Artifact(name, path, file, member, whole, digest))
        build = {"relative_path": relative, "sha256": digest, "md5": "", "size": str(whole)}
        manifest[component] = {
            "name": component, "license": "CUDA Toolkit", "version": version, PLATFORM: build
        }  # fmt: skip
    with open(os.path.join(root, name, BASE, f"redistrib_{LABEL}.json"), "w") as file:
        json.dump(manifest, file)
    with open(os.path.join(root, name, BASE, "index.html"), "w") as file:
        file.write(f"<a href='redistrib_{LABEL}.json'>redistrib_{LABEL}.json</a>\n")
    return artifacts


def _pack(path: str, name: str, size: int) -> None:
    """Noise does not compress, and is stored: packing and unpacking it costs next to nothing."""
    with (
        gzip.open(path, "wb", compresslevel=0) as packed,
        tarfile.open(fileobj=packed, mode="w", copybufsize=1 << 20) as archive,
    ):
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o755
        archive.addfile(member, io.BufferedReader(_Noise(), 1 << 20))


class _Noise(io.RawIOBase):
    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        buffer[:] = os.urandom(len(buffer))
        return len(buffer)


def _equals(one, path: str) -> bool:
    with open(path, "rb") as other:
        pieces = (iter(lambda file=file: file.read(1 << 20), b"") for file in (one, other))
        return all(first == second for first, second in itertools.zip_longest(*pieces))
