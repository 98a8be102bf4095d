"""One session: what is measured, how often, where, and what was found."""

import json
import os
import platform
import time
from collections.abc import Iterable
from dataclasses import asdict
from statistics import median

import figures
import mirror
from contest import Contestant, Results, compete
from mirror import Mirror
from server import Server


class Bench:
    def __init__(self, options):
        self.work, self.set, self.rounds = os.path.abspath(options.work), options.set, options.rounds
        self.counts_calls = not options.without_calls
        # By label; the first is the one that is built here, or named first.
        self.tools: dict[str, str] = dict(options.tools)
        self.cores = len(os.sched_getaffinity(0))
        # Whether cuda-install's own results are whole.
        self.holds = True
        self._servers = 0
        self._record = {
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "cores": self.cores,
            "kernel": platform.release(), "processor": processor(), "set": self.set, "parts": [],
        }  # fmt: skip

    # What there is to install

    def mirror(self) -> Mirror:
        made = mirror.as_nvidia(self.set)
        made.warm()
        return made

    def server(self, root: str, *options: str) -> Server:
        self._servers += 1
        return Server(f"{self.work}/server-{self._servers}", root, *options)

    # cuda-install

    def ours(self, name: str = "cuda-install") -> dict[str, str]:
        """For each tool its label and the name that it has in a table."""
        if len(self.tools) == 1:
            return {label: name for label in self.tools}
        return {label: f"{name} [{label}]" for label in self.tools}

    # What was found

    def heading(self, text: str, details: str) -> None:
        load = f"{self.cores} cores, load {os.getloadavg()[0]:.1f}"
        print(f"\n== {text}\n   {details}; {load}\n", flush=True)
        self._record["parts"].append({"heading": text, "details": details, "contests": [], "targets": []})

    def compete(
        self, contestants: list[Contestant], base: str, unpacked: int = 0, rounds: int = 0, unit: str = "s"
    ) -> Results:
        """Runs them all, and prints the table."""
        results = compete(contestants, rounds or self.rounds, self.work, self.counts_calls)
        print(figures.table(results, base, unpacked, unit), flush=True)
        self.holds &= not any(name.startswith("cuda-install") for name in results.out)
        self._record["parts"][-1]["contests"].append({
            "costs": {name: [asdict(cost) for cost in costs] for name, costs in results.costs.items()},
            "calls": results.calls, "out": results.out,
        })  # fmt: skip
        return results

    def target(self, what: str, values: Iterable[float], limit: float, form: str = ".2f") -> None:
        """What issue and design aim at, and whether the median is that."""
        values = list(values)
        if not values:
            print(f"target: {what}: at most {limit:g}: nothing to compare", flush=True)
            return
        is_met = median(values) <= limit
        text = f"{what}: at most {limit:g}: {figures.spread(values, form)}"
        print(f"target: {text} {'met' if is_met else 'NOT MET'}", flush=True)
        self._record["parts"][-1]["targets"].append(
            {"what": what, "limit": limit, "median": median(values), "values": values, "met": is_met})

    def skip(self, what: str, why: str) -> None:
        print(f"skipped: {what}: {why}", flush=True)

    def write(self, path: str) -> None:
        with open(path, "w") as file:
            json.dump(self._record, file, indent=1)


def processor() -> str:
    with open("/proc/cpuinfo") as file:
        names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()
