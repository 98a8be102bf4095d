"""Made-up mirrors of many components or many files, in NVIDIA's layout."""

import hashlib
import io
import json
import os
import tarfile

from mirror import PLATFORM, REDIST


def write(root: str, components: int, files: int, releases: list[str]) -> None:
    """Releases of so many components of so many small files each; from release to release a word of them differs."""
    for release in releases:
        manifest = {"release_date": "2025-10-01", "release_label": release, "release_product": "cuda"}
        for number in range(components):
            name = f"libmany{number}"
            path = f"{name}/{PLATFORM}/{name}-{PLATFORM}-{release}-archive.tar.xz"
            os.makedirs(os.path.dirname(f"{root}/{REDIST}/{path}"), exist_ok=True)
            size, digest = pack(f"{root}/{REDIST}/{path}", f"{name}-{PLATFORM}-{release}-archive", name, files, release)
            manifest[name] = {"name": name, "license": "CUDA Toolkit", "version": release, PLATFORM: {
                "relative_path": path, "sha256": digest, "md5": "", "size": str(size)}}  # fmt: skip
        with open(f"{root}/{REDIST}/redistrib_{release}.json", "w") as text:
            json.dump(manifest, text)


def pack(path: str, top: str, name: str, files: int, word: str) -> tuple[int, str]:
    # At the lowest level: the decoder is not what is measured.
    with tarfile.open(path, "w:xz", preset=0) as archive:
        for number in range(files):
            member = tarfile.TarInfo(f"{top}/include/{name}/{number // 100}/header{number}.h")
            text = f"#define {name.upper()}_{number} \"{word}\"\n".encode() * 10
            member.size, member.mtime = len(text), 1_750_000_000
            archive.addfile(member, io.BytesIO(text))
    with open(path, "rb") as file:
        packed = file.read()
    return len(packed), hashlib.sha256(packed).hexdigest()
