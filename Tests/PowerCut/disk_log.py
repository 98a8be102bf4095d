"""What a disk was told, in order (disk.c writes it), and what a power cut may leave of it."""

import mmap
import os
import random
import struct
from dataclasses import dataclass

ENTRY = struct.Struct("=IIQ")  # kind, length, offset
# What a disk writes whole or not at all. File systems count on one sector; all but the oldest disks have 4096.
SECTOR = 4096


@dataclass(frozen=True)
class Entry:
    kind: str
    offset: int
    length: int
    # Where the bytes of a write are in the log's file.
    start: int


@dataclass(frozen=True, order=True)
class Cut:
    """The disk had received so many entries when the power went. The seed decides what its cache still wrote;
    with seed 0 that is nothing."""

    position: int
    seed: int

    def __str__(self) -> str:
        return f"{self.position}.{self.seed}"


class DiskLog:
    def __init__(self, path: str):
        with open(path, "rb") as file:
            self.bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.entries: list[Entry] = []
        self.marks: dict[str, int] = {}
        place = 0
        # The last entry may still be on its way.
        while place + ENTRY.size <= len(self.bytes):
            kind, length, offset = ENTRY.unpack_from(self.bytes, place)
            place += ENTRY.size
            entry = Entry(chr(kind), offset, length, place)
            if entry.kind in "WM":
                place += length
            if entry.kind == "M":
                self.marks[self._content(entry).decode()] = len(self.entries)
            self.entries.append(entry)

    def count(self, kinds: str, end: int) -> int:
        return sum(entry.kind in kinds for entry in self.entries[:end])

    def flushed(self, position: int) -> int:
        """How many of the first entries are durable at that position."""
        while position > 0 and self.entries[position - 1].kind != "F":
            position -= 1
        return position

    def pieces(self, begin: int, end: int):
        """The writes among the entries, each as its offset and bytes."""
        for entry in self.entries[begin:end]:
            if entry.kind == "W":
                yield entry.offset, self._content(entry)
            elif entry.kind == "Z":
                yield entry.offset, bytes(entry.length)

    def _content(self, entry: Entry) -> bytes:
        return self.bytes[entry.start : entry.start + entry.length]


class Rebuilder:
    """Makes images as power cuts leave them; quick if the cuts come in the order of their positions."""

    def __init__(self, log: DiskLog, blank: str, scratch: str):
        self.log, self.blank, self.scratch = log, blank, scratch
        self.position = -1

    def rebuild(self, cut: Cut, image: str) -> None:
        durable = self.log.flushed(cut.position)
        if self.position < 0 or self.position > durable:
            copy_sparse(self.blank, self.scratch)
            self.position = 0
        with open(self.scratch, "r+b") as file:
            for offset, content in self.log.pieces(self.position, durable):
                os.pwrite(file.fileno(), content, offset)
        self.position = durable
        copy_sparse(self.scratch, image)
        with open(image, "r+b") as file:
            for offset, content in self._survivors(cut, durable):
                os.pwrite(file.fileno(), content, offset)

    def _survivors(self, cut: Cut, durable: int):
        """Of the writes behind the last flush any may be on the disk, whole or in part: its cache has no order."""
        if cut.seed == 0:
            return
        chance = random.Random(f"{cut}")
        share = chance.choice([0.1, 0.5, 0.9, 1.0])
        torn = chance.choice([0.0, 0.2])
        for offset, content in self.log.pieces(durable, cut.position):
            if chance.random() >= share:
                continue
            if chance.random() >= torn:
                yield offset, content
                continue
            # Cut where the disk's own sectors end.
            begin = offset - offset % SECTOR
            for sector in range(begin, offset + len(content), SECTOR):
                if chance.random() < 0.5:
                    first = max(sector, offset)
                    yield first, content[first - offset : sector + SECTOR - offset]


def copy_sparse(source: str, target: str) -> None:
    with open(source, "rb") as old, open(target, "wb") as new:
        size = os.fstat(old.fileno()).st_size
        new.truncate(size)
        place = 0
        while place < size:
            try:
                place = os.lseek(old.fileno(), place, os.SEEK_DATA)
            except OSError:  # ENXIO: there is only a hole left
                break
            end = os.lseek(old.fileno(), place, os.SEEK_HOLE)
            while place < end:
                piece = os.pread(old.fileno(), min(end - place, 1 << 20), place)
                # A hole stays one, also if it was written once.
                if piece.strip(b"\0"):
                    os.pwrite(new.fileno(), piece, place)
                place += len(piece)
