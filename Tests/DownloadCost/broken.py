"""Lines that break, and runs that are killed: how many bytes they cost."""

import itertools
import os
import random
import shutil
import signal
import time

from mirror import Artifact
from server import Server, Traffic
from show import MB, Show

CUTS = 50
# Bytes handed out for each of the artifact's.
MOST = 1.02
# Two members of a group, by numbers that nobody has.
USERS, GROUP = (47_101, 47_102), 47_100
# Bytes a second: one at which one connection is enough, and one at which several are tried.
LINES = {"a fast line": 125 * MB, "a slow line": 30 * MB}


def cuts(show: Show) -> None:
    show.heading("An install over a line that breaks", f"{CUTS} cuts, seed {show.seed}")
    artifact = show.artifacts("one")[0]
    prefix = f"{show.work}/cuda"
    for line, rate in LINES.items():
        with Server(show.root, rate) as server:
            server.plan_cuts(artifact.size, CUTS, random.Random(f"{show.seed} {line}"))
            show.programs.finish(show.programs.install(server.url, artifact, prefix))
            show.promise(f"{line}: it finished, after all of {CUTS} cuts", not server.cuts)
            _promise_bytes(show, line, artifact, prefix, server.take())
        shutil.rmtree(prefix)


def killed(show: Show) -> None:
    show.heading("A group's prefix: another member goes on", "the first is killed at 70 %")
    if os.geteuid() != 0:
        return print("skipped: killed: only root can run it as two users")
    artifact = show.artifacts("one")[0]
    prefix = f"{show.work}/cuda"
    for (line, rate), umask in itertools.product(LINES.items(), (0o022, 0o077)):
        os.mkdir(prefix)
        # The lock's file may belong to the prefix's owner, but not to any other member: cuda-install-locking(7).
        os.chown(prefix, USERS[0], GROUP)
        os.chmod(prefix, 0o2775)
        one, other = (
            {"user": user, "group": GROUP, "extra_groups": [GROUP], "umask": umask} for user in USERS
        )
        what = f"{line}, umask {umask:03o}"
        with Server(show.root, rate) as server:
            first = show.programs.install(server.url, artifact, prefix, **one)
            while server.traffic.sent < 0.7 * artifact.size and first.poll() is None:
                time.sleep(0.001)
            first.kill()
            show.promise(f"{what}: the first was killed", first.wait() == -signal.SIGKILL)
            before = server.traffic.sent
            show.programs.finish(show.programs.install(server.url, artifact, prefix, **other))
            traffic = server.take()
            print(f"{before / artifact.size:.4f} before, {(traffic.sent - before) / artifact.size:.4f} since")
            _promise_bytes(show, what, artifact, prefix, traffic)
        shutil.rmtree(prefix)


def _promise_bytes(show: Show, what: str, artifact: Artifact, prefix: str, traffic: Traffic) -> None:
    sent, lost = traffic.sent / artifact.size, traffic.lost / artifact.size
    print(f"{traffic.requests} requests over {len(traffic.connections)} connections")
    show.promise(
        f"{what}: {sent:.4f} bytes handed out for each of the artifact's, at most {MOST}; "
        f"resets took back {lost:.4f}",
        1 <= sent <= MOST,
    )
    show.promise(f"{what}: what is installed is what was packed", artifact.is_installed(prefix))
