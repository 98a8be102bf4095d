"""Counts the instructions of some runs, and compares them with those that are written down."""

import argparse
import json
import os
import subprocess
import sys

from callgrind import count
from release import make_releases

COUNTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "counts.json")
# Who waits for whom differs a little each time, by a thousandth; what is worth a thought is more.
TOLERANCE = 0.03
PLAUSIBLE = 0.7


def runs(work):
    """Each run by name, in the order in which they are made: the later ones find what the earlier ones left."""
    old, new, prefix = f"{work}/old", f"{work}/new", ["--prefix", f"{work}/cuda"]
    yield "--version", ["--version"]
    yield "install, 3 components, 180 files", ["install", "13.0", "--quiet", *prefix, "--mirror", old]
    yield "install again", ["install", "13.0", "--quiet", *prefix, "--mirror", old]
    yield "status", ["status", *prefix]
    yield "verify", ["verify", *prefix]
    yield "update of 1 component", ["update", "--quiet", *prefix, "--mirror", new]


def measure(work):
    environment = {
        "PATH": os.environ["PATH"], "HOME": work, "SWIFT_DETERMINISTIC_HASHING": "1",
        # The sandbox is of a thread, and valgrind has all of them in one.
        "CUDA_INSTALL_SANDBOX": "off",
    }
    make_releases(work)
    return {
        name: count([f"{work}/cuda-install", *words], work, environment) for name, words in runs(work)
    }


def compare(found, known):
    """Prints both, and whether all are within the limit."""
    isGood = True
    print(f"{'million instructions':36}{'written down':>14}{'today':>10}{'ratio':>8}")
    for name, number in found.items():
        if name not in known:
            print(f"{name:36}{'':14}{number / 1e6:10.2f}   not written down")
            isGood = False
            continue
        ratio = number / known[name]
        verdict = "" if ratio <= 1 + TOLERANCE else "  MORE"
        if ratio < 1 - TOLERANCE:
            verdict = "  less: --write it down"
        # So much less is no improvement, but something else that was counted.
        if ratio < PLAUSIBLE:
            verdict = "  NOT PLAUSIBLE"
        isGood = isGood and PLAUSIBLE <= ratio <= 1 + TOLERANCE
        print(f"{name:36}{known[name] / 1e6:14.2f}{number / 1e6:10.2f}{ratio:8.3f}{verdict}")
    return isGood


def main():
    parser = argparse.ArgumentParser(prog="Tests/instructions")
    parser.add_argument("--work", required=True)
    parser.add_argument("--configuration", required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    machine = os.uname().machine
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout
    compiler = swift.split("(")[1].split(")")[0]
    key = f"{compiler} {machine} {options.configuration}"
    with open(COUNTS) as file:
        written = json.load(file)
    if key not in written and not options.write:
        print(f"skipped: there are no counts for {key}, only for {', '.join(written) or 'nothing'}")
        return 0
    found = measure(options.work)
    if options.write:
        written[key] = found
        with open(COUNTS, "w") as file:
            json.dump(written, file, indent=2)
            file.write("\n")
    return 0 if compare(found, written[key]) else 1


sys.exit(main())
