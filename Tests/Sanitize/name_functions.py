"""Copies the reports of a sanitizer, with functions and lines in place of (PROGRAM+0xADDRESS)."""

import re
import subprocess
import sys


def filtered(command: list[str], text: str) -> str:
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout


text = sys.stdin.read()
place = re.compile(r"\((/\S+)\+(0x[0-9a-f]+)\)")
names = {}
for program in {found[1] for found in place.finditer(text)}:
    addresses = sorted({found[2] for found in place.finditer(text) if found[1] == program})
    symbolizer = ["llvm-symbolizer", "--obj=" + program, "--no-inlines", "--pretty-print", "--output-style=GNU"]
    lines = filtered(symbolizer, "\n".join(addresses) + "\n").splitlines()
    names |= {(program, address): line for address, line in zip(addresses, lines)}
text = place.sub(lambda found: names[found[1], found[2]], text)
sys.stdout.write(filtered(["swift", "demangle"], text))
