"""Seconds where connections are limited, and processor time: next to other programs."""

import os
import subprocess
from statistics import median

from nginx import Nginx
from programs import Cost
from server import Server
from show import MB, Show

MIB = 1 << 20


def limits(show: Show) -> None:
    rounds = show.rounds or 3
    show.heading("Seconds, next to aria2c over 6 connections, and to curl over 1", f"medians of {rounds}")
    if show.skips("limits", "nginx", "aria2c", "curl"):
        return
    one, many = show.artifacts("one"), show.artifacts("many", 13, show.size * 2 // 25)
    print(f"{'':34}{'':7}seconds{'':11}{'others / it':13}{'its':>10}{'bytes /':>12}")
    print(f"{'':22}{'cuda-install':>14}{'aria2c':>8}{'curl':>8}{'aria2c':>9}{'curl':>6}"
          f"{'connections':>15}{'size':>9}")  # fmt: skip
    kinds = {"free": "", "25": "limit_rate 25m;", "8": "limit_rate 8m;"}
    with (
        Nginx(f"{show.work}/limits", show.root, kinds) as nginx,
        Server(show.root, 25 * MIB) as faster,
        Server(show.root, 8 * MIB) as slower,
    ):
        free = nginx.urls["free"]
        # nginx begins each request with a second's worth at once, and small parts feel no limit; a line has one.
        for name, server, url, artifacts in (
            ("1, no limit", nginx, free, one),
            ("1, nginx, 25 MiB/s", nginx, nginx.urls["25"], one),
            ("1, nginx, 8 MiB/s", nginx, nginx.urls["8"], one),
            ("1, lines of 25 MiB/s", faster, faster.url, one),
            ("1, lines of 8 MiB/s", slower, slower.url, one),
            ("13, no limit", nginx, free, many),
            ("13, lines of 25 MiB/s", faster, faster.url, many),
        ):
            times: dict[str, list[float]] = {"cuda-install": [], "aria2c": [], "curl": []}
            for turn in range(rounds):
                server.take()
                times["cuda-install"].append(show.programs.download(url, artifacts).seconds)
                traffic = server.take()
                times["aria2c"].append(show.programs.aria2c(url, artifacts).seconds)
                # Where one connection is limited, it takes what the limit says, each time.
                if url == free or turn == 0:
                    times["curl"].append(show.programs.curl(url, artifacts).seconds)
            ours, aria2c, curl = map(median, times.values())
            whole = sum(artifact.size for artifact in artifacts)
            print(f"{name:22}{ours:14.2f}{aria2c:8.2f}{curl:8.2f}{aria2c / ours:9.2f}{curl / ours:6.2f}"
                  f"{len(traffic.connections):15}{traffic.sent / whole:9.4f}", flush=True)  # fmt: skip
            if url == free and artifacts is one:
                alone = len(traffic.connections) == 1
                show.promise("where there is no limit, one connection brings it", alone)


def cpu(show: Show) -> None:
    rounds = show.rounds or 5
    show.heading("Processor seconds for each GB fetched and hashed", f"medians of {rounds}")
    if show.skips("cpu", "nginx", "curl", "openssl"):
        return
    large = show.artifacts("large", 1, 2 * show.size)
    os.environ["CURL_CA_BUNDLE"] = f"{show.work}/cpu/certificate.pem"
    kinds = {"HTTP": "", "TLS": make_certificate(f"{show.work}/cpu")}
    behind = {
        "curl | sha256sum": "sha256sum",
        "curl | openssl": "openssl dgst -sha256",
        "curl | tee FILE | openssl": f"tee '{show.work}/fetched/file' | openssl dgst -sha256",
    }
    with Nginx(f"{show.work}/cpu", show.root, kinds) as nginx:
        for kind, url in nginx.urls.items():
            costs: dict[str, list[Cost]] = {name: [] for name in ("cuda-install", *behind)}
            for _ in range(rounds):
                costs["cuda-install"].append(show.programs.download(url, large))
                for name, line in behind.items():
                    costs[name].append(show.programs.pipeline(url, large[0], line))
            print(f"{kind:28}{'user':>7}{'system':>8}{'both':>8}{'seconds':>9}{'it / other':>12}")
            gigabytes = large[0].size / 1e9
            for name, taken in costs.items():
                columns = [median(column) / gigabytes for column in zip(*taken)]
                pairs = zip(costs["cuda-install"], taken)
                ratio = median(one.processor / other.processor for one, other in pairs)
                numbers = "".join(f"{number:8.2f}" for number in columns)
                print(f"  {name:25}{numbers} {ratio:11.2f}", flush=True)


def make_certificate(directory: str) -> str:
    """Makes a certificate of 127.0.0.1 that is its own authority; what nginx is told of it."""
    os.makedirs(directory)
    key, certificate = f"{directory}/key.pem", f"{directory}/certificate.pem"
    words = "-x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=download-cost -addext subjectAltName=IP:127.0.0.1"
    command = ["openssl", "req", *words.split(), "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    return f"ssl_certificate {certificate}; ssl_certificate_key {key};"
