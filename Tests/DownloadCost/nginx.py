"""nginx on 127.0.0.1."""

import os
import socket
import subprocess
import time

from server import Traffic


class Nginx:
    """One nginx, with a port for each of `kinds`, which are words for its block `server`."""

    def __init__(self, work: str, root: str, kinds: dict[str, str]):
        self.work, self.log, self.seen = work, f"{work}/access.log", 0
        self.urls: dict[str, str] = {}
        blocks = ""
        for kind, words in kinds.items():
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            tls = "ssl" if "ssl" in words else ""
            self.urls[kind] = f"http{tls and 's'}://127.0.0.1:{port}"
            blocks += f"server {{ listen 127.0.0.1:{port} {tls}; {words} }}\n"
        temporary = "client_body", "proxy", "fastcgi", "uwsgi", "scgi"
        os.makedirs(work, exist_ok=True)
        with open(f"{work}/nginx.conf", "w") as file:
            file.write(f"""
                daemon off; {'user root;' if os.geteuid() == 0 else ''} worker_processes 1;
                pid {work}/pid; error_log {work}/error.log; events {{ worker_connections 64; }}
                http {{
                  {' '.join(f'{place}_temp_path {work}/{place};' for place in temporary)}
                  log_format traffic '$connection $body_bytes_sent $uri'; access_log {self.log} traffic;
                  sendfile on; tcp_nopush on; root {root}; index index.html;
                  {blocks}
                }}""")

    def __enter__(self):
        error_log = f"{self.work}/error.log"
        command = ["nginx", "-p", self.work, "-e", error_log, "-c", f"{self.work}/nginx.conf"]
        self.process = subprocess.Popen(command)
        port = int(next(iter(self.urls.values())).split(":")[2])
        with socket.socket() as client:
            while client.connect_ex(("127.0.0.1", port)) != 0:
                if self.process.poll() is not None:
                    raise SystemExit(f"nginx does not start: {open(error_log).read()}")
                time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def take(self) -> Traffic:
        """What was seen since the last call. A request is logged when it has ended."""
        time.sleep(0.2)
        traffic = Traffic()
        with open(self.log) as log:
            log.seek(self.seen)
            for connection, count, path in (line.split(" ", 2) for line in log.read().splitlines()):
                if path.endswith(".tar.gz"):
                    traffic.requests += 1
                    traffic.sent += int(count)
                    traffic.connections.add(connection)
            self.seen = log.tell()
        return traffic
