"""Runs one command, and tells what it and all that it waited for cost: runner.py DESCRIPTOR COMMAND [ARGUMENT]...

A process of its own, because the kernel adds what a child wrote to whoever waits for it, and with few imports, because
what a process has at its peak begins with the size of the one that started it.
"""

import os
import sys
import time

SIGPIPE = 13


def counters():
    """Bytes by name, of this process and of its children that ended; none where the kernel does not count."""
    try:
        with open("/proc/self/io") as file:
            return dict((line.split(":")[0], int(line.split(":")[1])) for line in file)
    except OSError:
        return {}


result, command = int(sys.argv[1]), sys.argv[2:]
os.set_inheritable(result, False)
before = counters()
start = time.monotonic()
# Python ignores SIGPIPE, and what it starts must not.
child = os.posix_spawnp(command[0], command, os.environ, setsigdef=[SIGPIPE])
_, status, usage = os.wait4(child, 0)
seconds = time.monotonic() - start
after = counters()
# Not ru_maxrss, which a process has from whoever started it.
with open("/proc/self/status") as file:
    own = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
lines = [
    f"status {os.waitstatus_to_exitcode(status)}",
    f"seconds {seconds}",
    f"user {usage.ru_utime}",
    f"system {usage.ru_stime}",
    f"peak {usage.ru_maxrss * 1024}",
    f"runner {own * 1024}",
]
for name in "write_bytes", "cancelled_write_bytes":
    if name in after:
        lines.append(f"{name} {after[name] - before[name]}")
os.write(result, "\n".join(lines).encode())
