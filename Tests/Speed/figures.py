"""Medians and spreads, as text."""

from collections.abc import Callable, Iterable
from statistics import median

from contest import Results
from cost import Cost

MB, MIB = 1e6, 1 << 20


def spread(values: Iterable[float], form: str = ".2f") -> str:
    """median (min..max)"""
    values = list(values)
    if not values:
        return "-"
    return f"{median(values):{form}} ({min(values):{form}}..{max(values):{form}})"


def table(results: Results, base: str, unpacked: int = 0, unit: str = "s") -> str:
    """A row for each contestant. `base` is what the others are compared with; `unpacked` what bytes written are."""
    scale, form = (1000, ".2f") if unit == "ms" else (1, ".2f")
    written = "written/unpacked" if unpacked else "written MB"
    columns: list[tuple[str, int, Callable[[str, list[Cost]], str]]] = [
        (f"wall {unit}", 22, lambda name, costs: spread((cost.seconds * scale for cost in costs), form)),
        ("ratio", 22, lambda name, costs: spread(results.ratios(name, base))),
        (f"CPU {unit}", 9, lambda name, costs: f"{median(cost.processor for cost in costs) * scale:.2f}"),
        ("peak MiB", 10, lambda name, costs: _peak(costs)),
        (written, 18, lambda name, costs: _written(costs, unpacked)),
        ("received MB", 13, lambda name, costs: f"{median(cost.received for cost in costs) / MB:.2f}"),
        ("calls", 9, lambda name, costs: str(results.calls.get(name, "-"))),
    ]
    width = max(len(name) for name in results.costs) + 2
    head = "".join(f"{title:>{size}}" for title, size, _ in columns)
    lines = [f"ratio: wall / {base}, round by round", f"{'':{width}}{head}"]
    for name, costs in results.costs.items():
        if name in results.out or not costs:
            lines.append(f"{name:{width}}  does not count: {results.out.get(name, 'it was not run')[:100]}")
        else:
            lines.append(f"{name:{width}}" + "".join(f"{show(name, costs):>{size}}" for _, size, show in columns))
    return "\n".join(lines)


def _peak(costs: list[Cost]) -> str:
    peak, least = max(cost.peak for cost in costs), max(cost.least_peak for cost in costs)
    return f"{peak / MIB:.1f}" if peak > least + MIB else f"< {least / MIB + 1:.0f}"


def _written(costs: list[Cost], unpacked: int) -> str:
    """All that was written, and in brackets without what was deleted before it was on the disk."""
    if any(cost.written is None for cost in costs):
        return "-"
    whole = median(cost.written for cost in costs)
    kept = median(cost.written - cost.cancelled for cost in costs)
    size = unpacked or MB
    return f"{whole / size:.2f} ({kept / size:.2f})"
