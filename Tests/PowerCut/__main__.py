"""Cuts the power under cuda-install. Called by Tests/power-cut, in namespaces of its own for mounts and processes."""

import argparse
import concurrent.futures
import itertools
import os
import random
import sys
import time

import mirror
import recording
from disk_log import Cut, Rebuilder
from recording import Recording, Tools
from trial import Trial


def main() -> int:
    parser = argparse.ArgumentParser(prog="Tests/power-cut")
    parser.add_argument("--work", required=True)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--cuts", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--without")
    parser.add_argument("--again", metavar="RECORDING")
    parser.add_argument("--at")
    parser.add_argument("file_systems", nargs="*")
    options = parser.parse_args()
    if options.again:
        return repeat(options)
    mirror.write(os.path.join(options.work, "mirrors"))
    print(f"seed {options.seed}, {options.cuts} cuts of each recording", flush=True)
    failed = False
    # Each file system has its own disk, mount and prefix.
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        for lines, fails in pool.map(attack, options.file_systems, itertools.repeat(options)):
            print("\n".join(lines), flush=True)
            failed |= fails
    return 1 if failed else 0


def attack(file_system: str, options) -> tuple[list[str], bool]:
    """What is to be said of a file system, and whether it is bad."""
    tools = Tools(options.work, file_system, options.tool)
    lines: list[str] = []
    failed = False
    for neighbour in [False, True]:
        failed |= examine(tools, file_system, neighbour, options, lines)
    if not options.without:
        failed |= control(tools, file_system, options, lines)
    return lines, failed


def examine(
    tools: Tools, file_system: str, neighbour: bool, options, lines: list[str]
) -> bool:
    """Records, cuts, and reports; whether there was a violation."""
    begin = time.monotonic()
    directory = os.path.join(tools.work, file_system + (".neighbour" if neighbour else ""))
    made, reads = recording.record(directory, file_system, tools, neighbour, options.without)
    log = made.log
    company = "beside a program that syncs" if neighbour else "alone"
    without = f", without sync: {options.without}" if options.without else ""
    lines.append(
        f"{file_system}, {company}{without}: {log.count('WZ', made.end)} writes and "
        f"{log.count('F', made.end)} flushes logged; {reads} times read through current"
    )
    recorded = time.monotonic()
    tried = violated = forgot = left = 0
    for trial in trials(made, tools, chosen_cuts(made, options.cuts, options.seed)):
        tried += 1
        forgot += trial.forgot
        left += trial.left_downloads
        if trial.violations:
            violated += 1
            if violated == 1:
                lines += report(trial)
    lines.append(
        f"  {tried} cuts: {tried - violated} consistent, {violated} violations"
        f" (runs missing in the history after {forgot}, downloads left for prune after {left});"
        f" {recorded - begin:.1f} s to record, {time.monotonic() - recorded:.1f} s to cut"
    )
    if not violated:
        recording.remove(directory)
    return violated > 0


def control(tools: Tools, file_system: str, options, lines: list[str]) -> bool:
    """The same without syncs must find a violation, or what was found above is worth nothing."""
    directory = os.path.join(tools.work, file_system + ".control")
    made, _ = recording.record(directory, file_system, tools, False, "all")
    tried = 0
    for trial in trials(made, tools, chosen_cuts(made, options.cuts, options.seed)):
        tried += 1
        if trial.violations:
            lines.append(f"  control without syncs: ok, a violation at cut {tried}, {trial.moment}")
            recording.remove(directory)
            return False
    lines.append(f"  control without syncs: NO VIOLATION in {tried} cuts: the harness is blind")
    return True


def chosen_cuts(made: Recording, count: int, seed: int) -> list[Cut]:
    """Behind each run with nothing in the cache saved; the others anywhere, each run with its share."""
    cuts = {Cut(step.end, 0) for step in made.steps}
    chance = random.Random(f"{seed} {made.file_system}")
    # Flushes are where it is decided what lasts: a moment between two is as likely as between two others,
    # however much was written there.
    flushes = [
        [place for place in range(step.begin, step.end + 1) if made.log.entries[place].kind == "F"]
        for step in made.steps
    ]
    turn = 0
    while len(cuts) < count and turn < 10 * count:
        step, places = made.steps[turn % len(made.steps)], flushes[turn % len(made.steps)]
        turn += 1
        edges = sorted({step.begin, *places, step.end})
        begin, end = chance.choice(list(zip(edges, edges[1:] or [edges[0] + 1])))
        position = end if chance.random() < 0.3 else chance.randint(begin, max(begin, end))
        cuts.add(Cut(position, chance.randrange(0 if chance.random() < 0.2 else 1, 1_000_000)))
    return sorted(cuts)


def trials(made: Recording, tools: Tools, cuts: list[Cut]):
    rebuilder = Rebuilder(made.log, made.blank, os.path.join(made.directory, "durable"))
    for cut in cuts:
        trial = Trial(made, tools, cut)
        trial.run(rebuilder)
        yield trial


def report(trial: Trial) -> list[str]:
    lines = [f"  VIOLATION {trial.moment}"]
    lines += [f"    {violation.strip()}" for violation in trial.violations[:5]]
    if len(trial.violations) > 5:
        lines.append(f"    and {len(trial.violations) - 5} more")
    again = f"--again {trial.recording.directory} --at {trial.cut}"
    return lines + [f"    again: Tests/power-cut --tool {trial.tools.program} {again}"]


def repeat(options) -> int:
    made = Recording(options.again)
    tools = Tools(options.work, made.file_system, options.tool)
    position, _, seed = options.at.partition(".")
    for trial in trials(made, tools, [Cut(int(position), int(seed))]):
        print("\n".join(report(trial) if trial.violations else [f"consistent {trial.moment}"]))
        if trial.violations:
            return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except recording.Failure as failure:
        print(f"Tests/power-cut: {failure}", file=sys.stderr)
        sys.exit(70)
