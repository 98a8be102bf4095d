"""What a prefix shows, read without cuda-install: links, receipts, files."""

import hashlib
import json
import os
import stat
from dataclasses import dataclass, field

TREES = ".cuda-install/trees"


@dataclass(frozen=True)
class State:
    """What the links say."""

    current: str | None = None
    # The tree of each label.
    releases: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        links = ", ".join(f"{label} -> {tree}" for label, tree in sorted(self.releases.items()))
        return f"current {self.current or 'absent'}; {links or 'no releases'}"

    def is_like(self, other: "State") -> bool:
        """The same releases, whatever trees they have."""
        return self.current == other.current and set(self.releases) == set(other.releases)


def read_state(prefix: str) -> State:
    """Retried until nothing changed meanwhile, so that a reader beside a writer sees one moment."""
    while True:
        state = _read_links(prefix)
        if state == _read_links(prefix):
            return state


def _read_links(prefix: str) -> State:
    current, releases = None, {}
    for name in _names(prefix):
        if name.startswith("."):
            continue
        try:
            target = os.readlink(os.path.join(prefix, name))
        except FileNotFoundError:
            continue
        if name == "current":
            current = target
        else:
            releases[name] = target.removeprefix(TREES + "/")
    return State(current, releases)


def state_faults(prefix: str, state: State) -> list[tuple[str, str]]:
    """I7, I8: `current` is absent or names a release, and each release a complete tree. Faults as a label and
    what is wrong."""
    faults = []
    if state.current is not None and state.current not in state.releases:
        faults.append(("current", f"names {state.current}, which is not there"))
    for label, tree in state.releases.items():
        faults += [(label, fault) for fault in tree_faults(os.path.join(prefix, TREES, tree))]
    return faults


def tree_faults(tree: str) -> list[str]:
    """How a tree differs from its own receipt."""
    try:
        with open(os.path.join(tree, "receipt.json"), "rb") as file:
            text = file.read()
        receipt = json.loads(text)
        with open(os.path.join(tree, "receipt.ndjson"), "rb") as file:
            lines = file.read()
    except (OSError, ValueError) as error:
        return [f"has no receipt that can be read: {error}"]
    if not _is_second_copy(tree, text):
        return ["the second copy of its receipt is not the same"]
    if hashlib.sha256(lines).hexdigest() != receipt["files"]["digest"]:
        return ["receipt.ndjson is not what receipt.json says"]
    entries = [json.loads(line) for line in lines.splitlines()]
    if len(entries) != receipt["files"]["count"]:
        return ["receipt.ndjson has not as many entries as receipt.json says"]
    faults = [f"{entry['path']} {fault}" for entry in entries if (fault := _entry_fault(tree, entry))]
    known = {entry["path"] for entry in entries} | {"receipt.json", "receipt.ndjson"}
    for directory, directories, files in os.walk(tree):
        for name in directories + files:
            path = os.path.relpath(os.path.join(directory, name), tree)
            if path not in known:
                faults.append(f"{path} is in no receipt")
    return faults


def _is_second_copy(tree: str, receipt: bytes) -> bool:
    trees, name = os.path.split(os.path.realpath(tree))
    try:
        with open(os.path.join(os.path.dirname(trees), "receipts", f"{name}.json"), "rb") as file:
            return file.read() == receipt
    except OSError:
        return False


def _entry_fault(tree: str, entry: dict) -> str | None:
    path = os.path.join(tree, entry["path"])
    try:
        status = os.lstat(path)
        if entry["type"] == "directory":
            return None if stat.S_ISDIR(status.st_mode) else "is no directory"
        if entry["type"] == "link":
            return None if os.readlink(path) == entry["target"] else "is another link"
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if len(content) != entry["size"]:
        return f"has {len(content)} bytes instead of {entry['size']}"
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        return "has other bytes"
    mode = f"{stat.S_IMODE(status.st_mode):04o}"
    return None if mode == entry["mode"] else f"has mode {mode} instead of {entry['mode']}"


def debris(prefix: str) -> list[str]:
    """What nobody may find once a run has ended: staging, links half made, records of work."""
    bookkeeping = os.path.join(prefix, ".cuda-install")
    found = [name for name in _names(prefix) if name.startswith(".") and name.count(".") > 2]
    found += [name for name in _names(bookkeeping) if name.startswith(".") or name == "operation.json"]
    return found + [f"trees/{name}" for name in _names(f"{bookkeeping}/trees") if name.startswith(".")]


def downloads(prefix: str) -> list[str]:
    return _names(os.path.join(prefix, ".cuda-install/partial"))


def remembered_runs(prefix: str) -> int:
    """How many runs the history knows."""
    try:
        with open(os.path.join(prefix, ".cuda-install/history.ndjson"), "rb") as file:
            return sum(line.startswith(b"{") for line in file)
    except FileNotFoundError:
        return 0


def _names(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except FileNotFoundError:
        return []
