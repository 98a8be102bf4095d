"""How many instructions a program takes, without those of the libraries below it."""

import os
import re
import subprocess
import sys


def count(command, work, environment):
    """What `command`, which must succeed, executes in its own code and in the Swift runtime."""
    output = f"{work}/callgrind.out"
    run = subprocess.run(
        # One core, so that there are as many threads everywhere.
        ["taskset", "-c", first_core(), "valgrind", "--tool=callgrind", f"--callgrind-out-file={output}", "--quiet", *command],
        env=environment, cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        sys.exit(f"NOT AS PROMISED: {' '.join(command)} ends with {run.returncode}:\n{run.stderr}")
    with open(output) as file:
        total = own_cost(file, os.path.realpath(command[0]))
    os.remove(output)
    return total


def first_core():
    return str(min(os.sched_getaffinity(0)))


def own_cost(lines, program):
    """The sum of what stands in callgrind's file for the program's own object and for Swift's: its format has the object
    of the lines that follow as `ob=(7) /path`, later as `ob=(7)`, and a call's whole cost in the line behind `calls=`."""
    names, total, is_own, skips = {}, 0, False, False
    for line in lines:
        if line.startswith("ob="):
            number, name = re.match(r"ob=(\(\d+\))\s*(.*)", line).groups()
            names.setdefault(number, name.strip())
            is_own = names[number] == program or "/libswift" in names[number] or "Foundation" in names[number]
        elif line.startswith("calls="):
            skips = True
        elif line[:1].isdigit() or line[:1] in "+-*":
            if is_own and not skips:
                total += int(line.split()[1])
            skips = False
        elif line.startswith("cob="):
            # The object that is called: its number may be explained here for the first time.
            number, name = re.match(r"cob=(\(\d+\))\s*(.*)", line).groups()
            if name.strip():
                names.setdefault(number, name.strip())
    return total
