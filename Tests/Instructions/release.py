"""Two releases as NVIDIA lays them out, the same bytes each time: 13.0.1, and 13.0.2 of which one component is another."""

import hashlib
import io
import json
import lzma
import os
import random
import tarfile

COMPONENTS = ("cuda_nvcc", "cuda_cudart", "libcurand")


def archive(name, seed):
    """60 small files, and one of 512 KiB."""
    random_bytes = random.Random(seed).randbytes
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        def add(path, data):
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size, entry.mtime = len(data), 1750000000
            tar.addfile(entry, io.BytesIO(data))
        component = name.split("-")[0]
        add(f"lib/lib{component}.so.13", random_bytes(512 << 10))
        for number in range(59):
            add(f"include/{component}/{number // 20}/header-{number}.h", random_bytes(100).hex().encode())
        add("LICENSE", b"as it is\n")
    return lzma.compress(content.getvalue(), preset=1)


def make_releases(work):
    """`work/old` has the first, `work/new` both."""
    for root, labels in ("old", ("13.0.1",)), ("new", ("13.0.1", "13.0.2")):
        for label in labels:
            make_release(f"{work}/{root}", label)


def make_release(root, label):
    manifest = {"release_date": "2025-10-02", "release_label": label, "release_product": "cuda"}
    for number, component in enumerate(COMPONENTS):
        version = label if component == "cuda_cudart" else "13.0.1"
        name = f"{component}-linux-x86_64-{version}-archive"
        path = f"{component}/linux-x86_64/{name}.tar.xz"
        packed = archive(name, f"{component} {version}")
        os.makedirs(os.path.dirname(f"{root}/{path}"), exist_ok=True)
        with open(f"{root}/{path}", "wb") as file:
            file.write(packed)
        manifest[component] = {
            "name": component, "license": "CUDA Toolkit", "version": version,
            "linux-x86_64": {
                "relative_path": path, "sha256": hashlib.sha256(packed).hexdigest(),
                "md5": hashlib.md5(packed).hexdigest(), "size": str(len(packed)),
            },
        }
    with open(f"{root}/redistrib_{label}.json", "w") as file:
        json.dump(manifest, file)
