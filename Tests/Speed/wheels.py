"""A package index of a mirror's wheels, with NVIDIA's metapackage, which make-mirror's alone does not have."""

import hashlib
import os
import shutil
import zipfile

from mirror import Mirror
from server import Server


class Index:
    """A server's root with `simple/`. `server` is to be entered."""

    def __init__(self, mirror: Mirror, root: str, server: Server):
        self.server, self.release = server, mirror.release
        newest = newest_of(mirror.facts["wheels"])
        self.files = [f"{mirror.root}/wheels/{name}" for name in newest]
        self.requirements = [f"{project}=={version}" for project, version in map(parts, newest)]
        self._write(mirror, root)

    @property
    def url(self) -> str:
        return f"{self.server.url}/simple"

    def _write(self, mirror: Mirror, root: str) -> None:
        os.mkdir(root)
        shutil.copytree(f"{mirror.root}/simple", f"{root}/simple")
        os.symlink(f"{mirror.root}/wheels", f"{root}/wheels")
        os.mkdir(f"{root}/simple/cuda-toolkit")
        name = f"cuda_toolkit-{self.release}-py2.py3-none-any.whl"
        write_metapackage(f"{root}/simple/cuda-toolkit/{name}", self.release, self.requirements)
        with open(f"{root}/simple/cuda-toolkit/{name}", "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        with open(f"{root}/simple/cuda-toolkit/index.html", "w") as page:
            page.write(f'<!DOCTYPE html><html><body><a href="{name}#sha256={digest}">{name}</a></body></html>\n')


def has_wheels(mirror: Mirror) -> bool:
    return os.path.exists(f"{mirror.root}/simple/index.html")


def parts(name: str) -> tuple[str, str]:
    """Project and version."""
    project, version = name.split("-")[:2]
    return project.replace("_", "-"), version


def newest_of(names: list[str]) -> list[str]:
    """One wheel of each project: those of the newest release."""
    newest: dict[str, str] = {}
    for name in names:
        project, version = parts(name)
        known = newest.get(project)
        if not known or numbers(version) > numbers(parts(known)[1]):
            newest[project] = name
    return sorted(newest.values())


def numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".") if number.isdigit()]


def write_metapackage(path: str, release: str, requirements: list[str]) -> None:
    """As NVIDIA's, whose METADATA says which wheels a release is made of."""
    text = f"Metadata-Version: 2.4\nName: cuda-toolkit\nVersion: {release}\nProvides-Extra: all\n"
    for requirement in requirements:
        text += f"Requires-Dist: {requirement}; sys_platform == 'linux' and extra == 'all'\n"
    directory = f"cuda_toolkit-{release}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{directory}/METADATA", text)
        archive.writestr(f"{directory}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py2-none-any\n")
        archive.writestr(f"{directory}/RECORD", "")
