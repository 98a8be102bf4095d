"""The largest amount of memory that an install needs, whatever the archives' size."""

import hashlib
import json
import lzma
import os
import random
import tarfile

import mirror
from bench import Bench
from figures import MIB
from mirror import CACHE, PLATFORM, REDIST, Mirror
from ours import installs

BASE, EACH = 64, 24
SPARSE, RELEASE, SIZE = "sparse-as-nvidia", "13.0.2", 3_000_000_000


def memory(bench: Bench) -> None:
    for source in [bench.mirror(), mirror.in_blocks(bench.set), sparse()]:
        workers = min(bench.cores, len(source.archives))
        what = os.path.basename(source.root)
        bench.heading(f"Memory: {what}", f"{source.words}; one run")
        with bench.server(source.root) as server:
            contestants = installs(bench, source, server, is_traced=False)
            results = bench.compete(contestants, contestants[0].name, source.unpacked, rounds=1)
        for name in bench.ours().values():
            peaks = [cost.peak / MIB for cost in results.costs[name]]
            bench.target(f"{name}: MiB, {what}, extraction workers: {workers}", peaks, BASE + EACH * workers, ".1f")


def sparse() -> Mirror:
    """A mirror of one archive that has little in it, and is huge unpacked."""
    root = f"{CACHE}/{SPARSE}"
    if not os.path.exists(f"{root}/mirror.json"):
        print(f"making {SPARSE}; the next time it is there", flush=True)
        name = f"libsparse-{PLATFORM}-1.0.0-archive"
        path = f"libsparse/{PLATFORM}/{name}.tar.xz"
        file = f"{root}/{REDIST}/{path}"
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with lzma.open(file, "wb", preset=6) as packed, tarfile.open(fileobj=packed, mode="w|") as archive:
            member = tarfile.TarInfo(f"{name}/lib/libsparse.so.1.0.0")
            member.size, member.mode = SIZE, 0o755
            archive.addfile(member, Zeros())
        with open(file, "rb") as packed:
            digest = hashlib.file_digest(packed, "sha256").hexdigest()
        size = os.path.getsize(file)
        build = {"relative_path": path, "sha256": digest, "md5": "", "size": str(size)}
        manifest = {"release_date": "2025-10-01", "release_label": RELEASE, "release_product": "cuda", "libsparse": {
            "name": "Sparse", "license": "CUDA Toolkit", "version": "1.0.0", PLATFORM: build}}  # fmt: skip
        with open(f"{root}/{REDIST}/redistrib_{RELEASE}.json", "w") as text:
            json.dump(manifest, text)
        totals = {"components": 1, "size": size, "raw": SIZE, "files": 1, "largest": size}
        with open(f"{root}/mirror.json", "w") as text:
            json.dump({"releases": [RELEASE], "totals": {RELEASE: totals}, "wheels": []}, text)
    return Mirror(root)


class Zeros:
    """A file of zeros with noise in each 64 MiB, as a tar that is written reads it: so much that it is no bomb, which
    cuda-install refuses."""

    def __init__(self):
        self.place, self.noise = 0, random.Random(1)

    def read(self, count: int) -> bytes:
        start, self.place = self.place, self.place + count
        # tarfile asks for pieces of 16 KiB.
        return self.noise.randbytes(count) if start % (64 << 20) < (512 << 10) else bytes(count)
