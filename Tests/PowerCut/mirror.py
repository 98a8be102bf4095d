"""A made-up mirror in NVIDIA's layout, as a directory: three releases of three components."""

import gzip
import hashlib
import io
import json
import lzma
import os
import platform
import random
import tarfile

PLATFORM = "linux-sbsa" if platform.machine() == "aarch64" else "linux-x86_64"
COMPONENTS = ["cuda_cudart", "cuda_nvcc", "libcurand"]
# Of each release the version of the components; 13.0.2 shares one component with 13.0.1.
RELEASES = {
    "12.9.1": dict.fromkeys(COMPONENTS, "12.9.79"),
    "13.0.1": dict.fromkeys(COMPONENTS, "13.0.48"),
    "13.0.2": {"cuda_cudart": "13.0.96", "cuda_nvcc": "13.0.88", "libcurand": "13.0.48"},
}


def library(component: str, version: str) -> str:
    """The path in a tree of the component's largest file."""
    short = component.split("_")[-1]
    return f"lib/lib{short}.so.{version}"


def write(directory: str) -> None:
    """Makes the mirror `before` 13.0.2 was published, and the one `after`."""
    for name, labels in [("before", ["12.9.1", "13.0.1"]), ("after", list(RELEASES))]:
        for label in labels:
            _publish(label, os.path.join(directory, name))


def _publish(label: str, directory: str) -> None:
    manifest = {"release_date": "2025-10-01", "release_label": label, "release_product": "cuda"}
    for name, version in RELEASES[label].items():
        kind = "xz" if name == "cuda_nvcc" else "gz"
        top = f"{name}-{PLATFORM}-{version}-archive"
        path = f"{name}/{PLATFORM}/{top}.tar.{kind}"
        archive = _archive(name, version, top, kind)
        target = os.path.join(directory, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(archive)
        digest = hashlib.sha256(archive).hexdigest()
        artifact = {"relative_path": path, "sha256": digest, "md5": "", "size": str(len(archive))}
        manifest[name] = {
            "name": name, "license": "CUDA Toolkit", "version": version, PLATFORM: artifact
        }  # fmt: skip
    with open(os.path.join(directory, f"redistrib_{label}.json"), "w") as file:
        json.dump(manifest, file)


def _archive(name: str, version: str, top: str, kind: str) -> bytes:
    """Small files, a library of noise, links: what a file system treats in different ways."""
    short = name.split("_")[-1]
    noise = random.Random(f"{name} {version}")
    files = {"LICENSE": b"Licence\n", f"bin/{short}": f"#!/bin/sh\necho {version}\n".encode()}
    for number in range(8):
        files[f"include/{short}/part{number}.h"] = noise.randbytes(400 + 900 * number)
    files[library(name, version)] = noise.randbytes(90_000)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(f"{top}/{path}")
            member.size, member.mtime = len(content), 1_750_000_000
            member.mode = 0o755 if path.startswith(("bin/", "lib/")) else 0o644
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo(f"{top}/lib/lib{short}.so")
        link.type, link.linkname = tarfile.SYMTYPE, os.path.basename(library(name, version))
        archive.addfile(link)
    content = packed.getvalue()
    # Without a time: two mirrors have the same artifact.
    return lzma.compress(content) if kind == "xz" else gzip.compress(content, mtime=0)
