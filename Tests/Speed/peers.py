"""Other installers, from the package index that this machine's pip asks, kept in the cache."""

import os
import subprocess
import sys
from collections.abc import Iterable
from functools import cache

import content
from contest import Contestant
from mirror import CACHE, REDIST, Mirror
from server import Server
from wheels import Index

HOME = f"{CACHE}/speed-peers"
PYTHON = f"{HOME}/bin/python"


@cache
def program(package: str) -> str | None:
    """The package's program of the same name; `None`, which is said, if it cannot be had."""
    path = f"{HOME}/bin/{package}"
    if not os.path.exists(path):
        try:
            if not os.path.exists(PYTHON):
                _run(sys.executable, "-m", "venv", HOME)
            _run(PYTHON, "-m", "pip", "install", "--quiet", package)
        except subprocess.CalledProcessError as error:
            said = error.stdout.strip().splitlines() or ["it says nothing"]
            print(f"skipped: {package} cannot be had: {said[-1]}", flush=True)
            return None
    return path


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def of_wheels(index: Index) -> list[Contestant]:
    """uv and pip, with nothing in a cache."""
    found = program("uv")
    return [uv(index, found, "uv (wheels)"), pip(index, "pip (wheels)")] if found else []


def uv(index: Index, path: str, name: str, front: Iterable[str] = ()) -> Contestant:
    command = [*front, *uv_install(index, path, cache_directory="cache", target="target")]
    return Contestant(name, lambda place: command, content.wheels(index.files), index.server)


def uv_install(index: Index, path: str, cache_directory: str, target: str) -> list[str]:
    options = ["--quiet", "--no-config", "--no-deps", "--python", PYTHON, "--cache-dir", cache_directory]
    return [
        path, "pip", "install", *options, "--default-index", f"{index.url}/", "--target", target, *index.requirements,
    ]  # fmt: skip


def pip(index: Index, name: str) -> Contestant:
    options = ["--disable-pip-version-check", "--quiet", "--no-deps", "--no-cache-dir", "--index-url", f"{index.url}/"]
    command = [PYTHON, "-m", "pip", "install", *options, "--target", "target", *index.requirements]
    return Contestant(name, lambda place: command, content.wheels(index.files), index.server, is_traced=False)


def nvidia(mirror: Mirror, server: Server) -> list[Contestant]:
    """NVIDIA's own. It unpacks into the directory where it is run."""
    path = program("nvidia-binarchive")
    if not path:
        return []
    manifest = f"{server.url}/{REDIST}/redistrib_{mirror.release}.json"
    options = ["--os", "linux", "--arch", "x86_64", "--no-flatten", "--output", "out"]
    command = [path, "--url", manifest, *options]
    name = "nvidia-binarchive"
    return [Contestant(name, lambda place: command, content.unpacked(mirror), server, is_traced=False)]
