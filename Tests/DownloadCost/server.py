"""A server on 127.0.0.1 that can be as slow as a line, and break."""

import fcntl
import http.server
import os
import random
import re
import socket
import socketserver
import struct
import termios
import threading
from dataclasses import dataclass, field

# Not in Python's module: linux/socket.h.
SO_MAX_PACING_RATE = 47
# What is handed to send(2) and not acknowledged is lost when a connection is reset. On a network that is little; with
# the kernel's own buffers for the loopback device it would be megabytes, and they would all be counted as sent.
SEND_BUFFER = 128 << 10
PIECE = 64 << 10


@dataclass
class Traffic:
    """What a server saw of artifacts."""

    requests: int = 0
    connections: set = field(default_factory=set)
    sent: int = 0
    # Of what was sent, what a reset took back.
    lost: int = 0


class Server(socketserver.ThreadingTCPServer):
    """Serves files, with ranges and validators.

    The kernel paces each connection at `rate` bytes a second, as a line would: bytes do not pile up between the two."""

    daemon_threads = True

    def __init__(self, root: str, rate: int):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root, self.rate, self.lock, self.traffic = root, rate, threading.Lock(), Traffic()
        # Before which byte the connection is cut that brings it, and whether by a reset.
        self.cuts: list[tuple[int, bool]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=[0.05], daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def plan_cuts(self, size: int, count: int, chance: random.Random) -> None:
        """One anywhere in each of `count` parts of the same size, half of them resets."""
        resets = [number % 2 == 0 for number in range(count)]
        chance.shuffle(resets)
        self.cuts = [(int((n + chance.random()) * size / count), reset) for n, reset in enumerate(resets)]

    def next_cut(self, start: int, end: int) -> tuple[int, bool] | None:
        """The first one behind `start` and not behind `end`, which then has happened."""
        with self.lock:
            cut = min((cut for cut in self.cuts if start < cut[0] <= end), default=None)
            if cut:
                self.cuts.remove(cut)
            return cut

    def note(self, handler, requests: int = 0, sent: int = 0, lost: int = 0) -> None:
        with self.lock:
            self.traffic.connections.add(handler.client_address)
            self.traffic.requests += requests
            self.traffic.sent += sent
            self.traffic.lost += lost

    def take(self) -> Traffic:
        """What was seen since the last call."""
        with self.lock:
            taken, self.traffic = self.traffic, Traffic()
            return taken

    def shutdown_request(self, request):
        # A reset is a close without a shutdown, of a socket that does not linger.
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER) == 0:
            super().shutdown_request(request)
        else:
            self.close_request(request)

    def handle_error(self, request, client_address):
        pass  # The client left.


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def setup(self):
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.request.setsockopt(socket.SOL_SOCKET, SO_MAX_PACING_RATE, self.server.rate)
        super().setup()

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.server.root + self.path
        try:
            file = open(path + ("index.html" if path.endswith("/") else ""), "rb")
        except OSError:
            return self.send_error(404)
        with file:
            status = os.fstat(file.fileno())
            size, tag = status.st_size, f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
            part = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            if self.headers.get("If-Range", tag) != tag:
                part = None
            start, end = (int(part[1]), min(int(part[2] or size) + 1, size)) if part else (0, size)
            if start >= end:
                return self.send_error(416)
            self.send_response(206 if part else 200)
            if part:
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
            for name, value in ("Content-Length", end - start), ("ETag", tag), ("Accept-Ranges", "bytes"):
                self.send_header(name, str(value))
            self.end_headers()
            if path.endswith(".tar.gz"):
                self.server.note(self, requests=1)
            while start < end and self.command == "GET" and not self.close_connection:
                start = self.send_piece(file, start, end, path.endswith(".tar.gz"))

    do_HEAD = do_GET

    def send_piece(self, file, start: int, end: int, is_artifact: bool) -> int:
        stop = min(start + PIECE, end)
        cut = self.server.next_cut(start, stop) if is_artifact else None
        stop = cut[0] if cut else stop
        while start < stop:
            count = os.sendfile(self.request.fileno(), file.fileno(), start, stop - start)
            start += count
            if is_artifact:
                self.server.note(self, sent=count)
        if cut:
            self.close_connection = True
        if cut and cut[1]:
            lost = struct.unpack("i", fcntl.ioctl(self.request, termios.TIOCOUTQ, bytes(4)))[0]
            self.server.note(self, lost=lost)
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return start
