"""Runs the real cuda-install on a disk that writes down what it is told, and what each run had reported when."""

import dataclasses
import json
import os
import shutil
import subprocess
import threading

import disk_log
import mirror
import prefix

# An ext4 journal, btrfs's reserves and xfs's smallest size decide about these.
MAKERS = {
    "ext4": (64 << 20, ["mkfs.ext4", "-q", "-F", "-b", "4096"]),
    "xfs": (300 << 20, ["mkfs.xfs", "-q"]),
    "btrfs": (128 << 20, ["mkfs.btrfs", "-q"]),
}
# Which mirror is there, and the command. `damage` is done by the recording itself: what is to be repaired.
SESSION = [
    ("before", "install 12.9.1 cuda_cudart cuda_nvcc"),
    ("before", "install 13 cuda_cudart cuda_nvcc --use"),
    ("before", "use 12.9.1"),
    ("before", "rollback"),
    ("before", "use 12.9.1"),
    ("before", "install 13 libcurand --use"),
    ("before", "rollback"),
    ("before", "rollback"),
    ("after", "update"),
    ("after", "use 13.0.1"),
    ("after", "damage"),
    ("after", "verify --repair"),
    ("after", "use 13.0.2"),
    ("after", "prune --keep 0"),
    ("after", "remove 12.9.1"),
    ("after", "install 12.9.1 cuda_nvcc --use"),
    ("after", "remove --yes 12.9.1"),
]
DAMAGED = ("13.0.1", mirror.library("cuda_cudart", "13.0.48"))


@dataclasses.dataclass
class Step:
    """A run, its place in the log, and what the links said before and after it."""

    words: list[str]
    mirror: str
    begin: int
    end: int
    before: prefix.State
    after: prefix.State


class Recording:
    """What is in the directory of a recording: `blank`, the disk before it was used; `log`; `steps.json`."""

    def __init__(self, directory: str):
        self.directory = directory
        self.log = disk_log.DiskLog(os.path.join(directory, "log"))
        with open(os.path.join(directory, "steps.json")) as file:
            told = json.load(file)
        self.file_system: str = told["file_system"]
        self.mount_point: str = told["mount_point"]
        self.steps = [Step(**step) for step in told["steps"]]
        for step in self.steps:
            step.before, step.after = prefix.State(**step.before), prefix.State(**step.after)
        # Unmounting is no part of it.
        self.end = self.steps[-1].end

    @property
    def blank(self) -> str:
        return os.path.join(self.directory, "blank")


class Failure(Exception):
    """The recording itself went wrong: there is nothing to cut."""


def record(
    directory: str, file_system: str, tools: "Tools", neighbour: bool, without: str | None
) -> tuple[Recording, int]:
    """A recording, and how often the tree in use was hashed meanwhile."""
    os.makedirs(directory)
    blank, image = os.path.join(directory, "blank"), os.path.join(directory, "image")
    size, maker = MAKERS[file_system]
    with open(image, "wb") as file:
        file.truncate(size)
    tools.run(maker + [image])
    disk_log.copy_sparse(image, blank)
    served = os.path.join(directory, "disk")
    os.mkdir(served)
    tools.run([tools.disk, image, os.path.join(directory, "log"), served])
    try:
        tools.mount(file_system, os.path.join(served, "disk.img"))
        try:
            mark = _Marker(os.path.join(served, "mark"))
            with _Reader(tools.prefix) as reader, _Neighbour(tools.mount_point, neighbour):
                steps = _play(tools, mark, neighbour, without)
        finally:
            tools.unmount(tools.mount_point)
    finally:
        tools.unmount(served)
    os.unlink(image)
    if reader.faults:
        raise Failure(f"a reader saw through current: {reader.faults[0]}")
    marks = disk_log.DiskLog(os.path.join(directory, "log")).marks
    for number, step in enumerate(steps):
        step.begin, step.end = marks[f"begin {number}"], marks[f"end {number}"]
    told = {
        "file_system": file_system, "mount_point": tools.mount_point,
        "steps": [dataclasses.asdict(step) for step in steps],
    }  # fmt: skip
    with open(os.path.join(directory, "steps.json"), "w") as file:
        json.dump(told, file, indent=1)
    return Recording(directory), reader.count


def _play(tools: "Tools", mark: "_Marker", neighbour: bool, without: str | None) -> list[Step]:
    syncs = ({"BESIDE": "30"} if neighbour else {}) | ({"WITHOUT": without} if without else {})
    steps = []
    state = prefix.State()
    for number, (source, line) in enumerate(SESSION):
        words = line.split()
        mark(f"begin {number}")
        if words == ["damage"]:
            with open(os.path.join(tools.prefix, *DAMAGED), "r+b") as file:
                os.pwrite(file.fileno(), b"damage", 5000)
        else:
            run = tools.install(words, source, syncs)
            if run.returncode != 0:
                raise Failure(f"{line}: status {run.returncode}\n{run.stderr}")
        mark(f"end {number}")
        before, state = state, prefix.read_state(tools.prefix)
        steps.append(Step(words, source, 0, 0, before, state))
    return steps


class _Marker:
    def __init__(self, path: str):
        self.path = path

    def __call__(self, text: str) -> None:
        with open(self.path, "wb", buffering=0) as file:
            file.write(text.encode())


class _Loop:
    """Does something again and again, on a thread of its own."""

    def __enter__(self):
        self.over = threading.Event()
        self.failure: OSError | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.over.set()
        self.thread.join()
        if self.failure:
            raise self.failure

    def _run(self) -> None:
        try:
            while not self.over.is_set():
                self.once()
        except OSError as error:
            self.failure = error


class _Reader(_Loop):
    """Hashes the tree behind `current`, as often as it can."""

    def __init__(self, path: str):
        self.prefix, self.count, self.faults = path, 0, []

    def once(self) -> None:
        try:
            tree = os.path.realpath(os.path.join(self.prefix, "current"), strict=True)
        except FileNotFoundError:
            self.over.wait(0.001)
            return
        faults = prefix.tree_faults(tree)
        self.count += 1
        # A tree that was pruned meanwhile is gone, and then it is not in use; the damage is our own.
        if faults and os.path.exists(tree) and not all(DAMAGED[1] in fault for fault in faults):
            self.faults += faults


class _Neighbour(_Loop):
    """Another program that syncs files of its own, as there are on every machine: the file system writes down
    its state at moments that cuda-install did not choose."""

    def __init__(self, directory: str, works: bool):
        self.directory, self.works, self.turn = directory, works, 0

    def once(self) -> None:
        if not self.works:
            self.over.wait()
            return
        self.turn += 1
        with open(os.path.join(self.directory, f"neighbour{self.turn % 5}"), "wb") as file:
            file.write(b"%d" % self.turn)
            os.fsync(file.fileno())
        # The machine is not its own.
        self.over.wait(0.01)


class Tools:
    """The programs, and the places, that all recordings and trials of one file system share."""

    def __init__(self, work: str, file_system: str, program: str):
        self.work, self.program = work, program
        self.disk, self.syncs = os.path.join(work, "disk"), os.path.join(work, "syncs.so")
        # One place for all: the prefix's path is in what cuda-install writes.
        self.mount_point = os.path.join(work, f"mount.{file_system}")
        self.prefix = os.path.join(self.mount_point, "cuda")
        os.makedirs(self.mount_point, exist_ok=True)
        self.mirrors = os.path.join(work, "mirrors")

    def install(
        self, words: list[str], source: str = "after", syncs: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess:
        """A run of cuda-install; a mirror is there, and syncs.c may change its syncs."""
        environment = {"PATH": "/usr/bin:/bin", "HOME": self.work}
        if syncs:
            environment |= {"LD_PRELOAD": self.syncs, **syncs}
        places = ["--prefix", self.prefix, "--mirror", os.path.join(self.mirrors, source)]
        return subprocess.run(
            [self.program, *words, *places], env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", timeout=300,
        )  # fmt: skip

    def run(self, words: list[str]) -> None:
        run = subprocess.run(words, capture_output=True, text=True)
        if run.returncode != 0:
            raise Failure(f"{' '.join(words)}: status {run.returncode}\n{run.stdout}{run.stderr}")

    def mount(self, file_system: str, image: str) -> None:
        self.run(["mount", "-t", file_system, "-o", "loop", image, self.mount_point])

    def unmount(self, place: str) -> None:
        self.run(["umount", place])


def remove(directory: str) -> None:
    shutil.rmtree(directory, ignore_errors=True)
