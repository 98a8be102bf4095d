"""Copies the reports of sanitizers, with functions and lines in place of (PROGRAM+0xADDRESS), and without the leaks that
are known. Ends with 1 if there is any to copy."""

import re
import subprocess
import sys

# What is not ours to free, by a function in the stack of its allocation.
KNOWN_LEAKS = [
    # swift-argument-parser 1.8: what it takes note of an option in, where the value of one of that group is refused.
    "ArgumentParser.InputKey.fullPath.getter",
    # glibc 2.36: setlocale(3), where LOCPATH leads to nothing.
    "argz_add_sep",
]


def filtered(command: list[str], text: str) -> str:
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout


def named(text: str) -> str:
    place = re.compile(r"\((/\S+)\+(0x[0-9a-f]+)\)")
    names = {}
    for program in {found[1] for found in place.finditer(text)}:
        addresses = sorted({found[2] for found in place.finditer(text) if found[1] == program})
        symbolizer = ["llvm-symbolizer", "--obj=" + program, "--no-inlines", "--pretty-print", "--output-style=GNU"]
        lines = filtered(symbolizer, "\n".join(addresses) + "\n").splitlines()
        names |= {(program, address): line for address, line in zip(addresses, lines)}
    return filtered(["swift", "demangle"], place.sub(lambda found: names[found[1], found[2]], text))


def without_known_leaks(report: str) -> str | None:
    """Nothing, if the report is of such leaks only."""
    paragraphs = report.split("\n\n")
    leaks = [paragraph for paragraph in paragraphs if re.search(r"^(Direct|Indirect) leak of", paragraph, re.M)]
    known = [leak for leak in leaks if any(f" {function}" in leak for function in KNOWN_LEAKS)]
    if leaks and len(known) == len(leaks):
        return None
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph not in known)


text = named(sys.stdin.read())
# ThreadSanitizer ends a report with such a line as well.
reports = [report for report in re.split(r"^={8,}\n", text, flags=re.M) if report.strip()]
kept = [report for report in map(without_known_leaks, reports) if report]
for report in kept:
    print("=" * 18 + "\n" + report.rstrip("\n"))
if len(kept) < len(reports):
    print(f"{len(reports) - len(kept)} reports of known leaks left out")
print(f"{len(kept)} sanitizer reports" if kept else "no sanitizer has anything to report")
sys.exit(1 if kept else 0)
