"""How fast cuda-install is, next to others. Called by Tests/speed, which says what it shows."""

import argparse
import os
import signal
import sys

import cold
import crowd
import from_wheels
import limited
import memory
import nothing
import one_changed
import repacked
import scale
import verifying
from bench import Bench
from cost import Failure

PARTS = {
    "cold": cold.cold, "wheels": from_wheels.wheels, "zstd": repacked.zstd, "limited": limited.limited,
    "nothing": nothing.nothing, "update": one_changed.update, "crowd": crowd.crowd, "memory": memory.memory,
    "verify": verifying.verify, "scale": scale.scale,
}  # fmt: skip


def tool(text: str) -> tuple[str, str]:
    """PATH, or LABEL=PATH."""
    label, _, path = text.rpartition("=")
    path = os.path.abspath(path)
    if not os.access(path, os.X_OK):
        raise argparse.ArgumentTypeError(f"{path} cannot be run")
    return label or os.path.basename(path), path


def main() -> int:
    parser = argparse.ArgumentParser(prog="Tests/speed")
    parser.add_argument("--work", required=True)
    parser.add_argument("--set", choices=["tiny", "nvcc", "runtime"], default="nvcc")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tool", type=tool, action="append", dest="tools", required=True)
    parser.add_argument("--without-calls", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if len(dict(options.tools)) < len(options.tools):
        parser.error("each tool needs a label of its own")
    # So that servers end with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    bench = Bench(options)
    for name in options.parts or PARTS:
        try:
            PARTS[name](bench)
        except Failure as failure:
            bench.holds = False
            print(f"NOT AS PROMISED: {name}: {failure}", flush=True)
    if options.json:
        bench.write(options.json)
    return 0 if bench.holds else 1


if __name__ == "__main__":
    sys.exit(main())
