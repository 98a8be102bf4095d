"""What README.md tells one to type, and what it shows."""

import re
from dataclasses import dataclass, field


@dataclass
class Command:
    section: str
    line: str
    # Nothing is shown of a command outside a session, a block whose commands begin with "$ ".
    shown: list = field(default_factory=list)
    in_session: bool = False


@dataclass
class Document:
    commands: list
    # The lines of a block that begins with a path: a picture of a directory.
    listing: list
    prose: str


def read(path):
    document = Document([], [], "")
    section, block, prose = "", [], []
    with open(path) as lines:
        for line in [*lines, ""]:
            line = line.rstrip("\n")
            if line.startswith("    ") or (block and not line and block_goes_on(block)):
                block.append(line[4:])
                continue
            take(document, section, block)
            block = []
            if line.startswith("## "):
                section = line[3:]
            prose.append(line)
    document.prose = "\n".join(prose)
    return document


def block_goes_on(block):
    """An empty line is part of what a session shows, and ends any other block."""
    return block[0].startswith("$ ")


def take(document, section, block):
    while block and not block[-1]:
        block.pop()
    if not block:
        return
    if block[0].startswith("/"):
        document.listing += block
    elif block[0].startswith("$ "):
        for line in block:
            if line.startswith("$ "):
                document.commands.append(Command(section, line[2:], [], True))
            else:
                document.commands[-1].shown.append(line)
    else:
        for line in block:
            assert not re.match(r"[ $#>]", line), f"neither a command nor what one shows: {line}"
            document.commands.append(Command(section, re.sub(r"\s+# .*", "", line)))
