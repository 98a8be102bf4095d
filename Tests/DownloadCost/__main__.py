"""What a download costs. Called by Tests/download-cost, which says what it shows."""

import argparse
import signal
import sys

import broken
import costs
from programs import Failure
from show import Show

SHOWS = {"cuts": broken.cuts, "killed": broken.killed, "limits": costs.limits, "cpu": costs.cpu}


def main() -> int:
    parser = argparse.ArgumentParser(prog="Tests/download-cost")
    parser.add_argument("--work", required=True)
    for number in "--seed", "--size", "--rounds":
        parser.add_argument(number, type=int, required=True)
    parser.add_argument("shows", nargs="+", choices=SHOWS)
    options = parser.parse_args()
    # So that servers end with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    show = Show(options)
    for name in options.shows:
        try:
            SHOWS[name](show)
        except Failure as failure:
            show.promise(str(failure), False)
    return 0 if show.holds else 1


if __name__ == "__main__":
    sys.exit(main())
