"""Follows README.md. Called by Tests/readme, which says what it shows.

What is shown is compared with what README.md shows, line by line, but for what no two runs have in common:

  the time of day, and the pid       18:14:52, pid 7436
  what is free on the disk           (229.80 GiB free)
  how far a download is, and when    53% fetched; of a bar its filled part, the percentage, what of the total is here,
                                     the rate and the seconds left. Its width and the total are compared.

Where a line goes when something else is shown, as a bar does, it must have been on the screen at one moment with all
that README.md shows above it.
"""

import argparse
import difflib
import os
import re
import subprocess
import sys

import document
from terminal import Shell

CLONE = "/home/ann/cuda-install"
OF_WHEELS = "cuda-install install 13 nvcc cudart --source wheels"
# What cannot be had here, and why.
LEFT_OUT = {
    "cuda-install install 13 cudnn@9.13": "the mirror has no cuDNN; `Several products` in swift test has one",
}
# What ends otherwise than with 0, and what it says then.
ENDS_OTHERWISE = {
    "sudo cuda-install timer enable": (
        69,
        [
            "error: systemd does not run here",
            "hint: 'cuda-install timer print cron' prints a line for cron that does the same",
        ],
    ),
    "cuda-install install --for-driver": (
        66,
        [
            "error: no release can be chosen for the driver: this machine has none loaded",
            "hint: name the version instead, as in 'cuda-install install 12.9'",
        ],
    ),
    "cuda-install install 13 --no-wait": (75, None),
}
# What the picture of a prefix has, and is there while somebody works only.
AT_WORK = ".cuda-install/operation.json"
# What root types; the rest is typed by a user who may call sudo, in the clone. The tests are root's, too, who does not
# leave files of his own in it but takes another.
TESTS = "swift test"
OF_ROOT = ["A first session, as root", "Keep it up to date", "Other sources", "When two meet"]


class Follower:
    def __init__(self, options):
        self.options = options
        self.holds = True
        self.section = None
        self.readme = document.read(self.there(f"{CLONE}/README.md"))
        self.log = open(options.log, "wb")
        self.user = self.shell("ann")
        self.user.run("cd cuda-install")
        self.root = self.shell("root")
        self.root.run(f"export CUDA_INSTALL_MIRROR={options.mirror}")
        if options.no_index:
            LEFT_OUT[OF_WHEELS] = "pip reaches no index with NVIDIA's wheels"

    def shell(self, name):
        return Shell(["chroot", self.options.root, "su", "-l", name], self.log)

    def there(self, path):
        """A path of the clean Debian, seen from here."""
        return self.options.root + path

    def promise(self, what, holds, *said):
        if holds:
            print(f"ok: {what}", flush=True)
            return
        print(f"NOT AS PROMISED: {what}", *said, sep="\n", flush=True)
        self.holds = False

    def follow(self):
        for line in LEFT_OUT.keys() | ENDS_OTHERWISE.keys() | CHECKS.keys():
            known = any(command.line == line for command in self.readme.commands)
            if not known:
                self.promise(f"README.md has: {line}", False)
        for section in {*OF_ROOT, *AFTER} - {command.section for command in self.readme.commands}:
            self.promise(f"README.md has commands in: {section}", False)
        for command in self.readme.commands:
            if command.section != self.section:
                self.leave_section()
                self.section = command.section
                print(f"\n-- {self.section or 'At the top'}\n", flush=True)
            self.try_command(command)
        self.leave_section()

    def leave_section(self):
        if self.section in AFTER:
            AFTER[self.section](self)

    def try_command(self, command):
        if command.line in LEFT_OUT:
            print(f"skipped: {command.line}: {LEFT_OUT[command.line]}", flush=True)
            return
        if command.line == TESTS and self.options.without_tests:
            print("skipped: swift test, as --without-tests says", flush=True)
            return
        print(f"$ {command.line}", flush=True)
        shell = self.root if command.section in OF_ROOT else self.user
        if command.line == TESTS:
            shell = self.shell("root")
            shell.run(f"git clone --quiet {CLONE} && cd cuda-install")
        states = []
        other = self.first_of_two() if command.section == "When two meet" else None
        said, status = shell.run(command.line, watch=states.append if command.shown else None)
        if other:
            self.end(other)
        wanted, wanted_lines = ENDS_OTHERWISE.get(command.line, (0, None))
        self.promise(f"it ends with {wanted}", status == wanted, f"status {status}", *said[-20:])
        if wanted_lines is not None:
            self.promise("it says why", said == wanted_lines, *said)
        if command.in_session:
            self.compare(command, said, states)
        if command.line in CHECKS:
            CHECKS[command.line](self, said)
        if status != wanted and not command.in_session:
            sys.exit(1)

    def compare(self, command, said, states):
        shown, said = normal(command.shown), normal(said)
        seen = {tuple(normal(state)) for state in states}
        holds = shown == said or any(
            shown[count:] == said and tuple(shown[:count]) in seen for count in range(1, len(shown) + 1)
        )
        if not holds and "━" in "".join(command.shown):
            bars = [state for state in states if "━" in "".join(state)]
            said = normal(bars[len(bars) // 2] if bars else []) + said
        difference = difflib.unified_diff(shown, said, "README.md", "what is printed", lineterm="")
        self.promise("it prints what README.md shows", holds, *difference)

    def first_of_two(self):
        """Another process that has begun to install the same into an empty prefix, from a slow mirror."""
        self.root.run("rm -rf /opt/cuda")
        other = self.shell("root")
        other.start(f"CUDA_INSTALL_MIRROR={self.options.slow_mirror} cuda-install install 13")
        while "━" not in "".join(other.screen.lines()):
            other.read(1)
        self.look_for(AT_WORK)
        return other

    def end(self, other):
        if not other.screen.words:
            held = self.root.run("flock -n -E 75 /opt/cuda/.cuda-install.lock true")[1]
            self.promise("flock(1) with the options shown finds the lock held, and ends with 75", held == 75)
            other.type("\x03", end="")
        other.wait(600)
        other.close()

    # --- What is looked at besides.

    def look_at_installed(self):
        for name, number in sorted(set(re.findall(r"`([\w.-]+)\((\d)\)`", self.readme.prose))):
            found = self.user.run(f"man -w {number} {name}")
            self.promise(f"man finds {name}({number})", found[1] == 0, *found[0])
        for line in ["man -w cuda-install", "man ./man/cuda-install.1 | cat"]:
            said, status = self.user.run(line)
            self.promise(line, status == 0 and said, *said)
        fresh = self.shell("ann")
        line = fresh.completed("cuda-install in")
        self.promise("a new shell completes `cuda-install in`", line == "cuda-install install", line)
        fresh.close()

    def look_at_prefix(self):
        for line in self.readme.listing[1:]:
            left = re.split(r"\s{2,}", line.strip())[0]
            name, _, target = left.partition(" -> ")
            first, *others = name.split()
            for path in [first, *(f"{os.path.dirname(first.rstrip('/'))}/{other}" for other in others)]:
                if path != AT_WORK:
                    self.look_for(path, target)

    def look_for(self, name, target=""):
        path = self.there(f"/opt/cuda/{name}".rstrip("/"))
        if target:
            holds = os.path.islink(path) and os.readlink(path) == target
        else:
            holds = os.path.isdir(path) if name.endswith("/") else os.path.isfile(path)
        self.promise(f"there is {name}{target and ' -> ' + target}", holds)

    def look_at_cron_line(self, said):
        # The last is longer than the terminal is wide.
        job = re.search(r"(?:^|\n)(\S+ ){5}root .*/cuda-install .* update", "\n".join(said[:5]) + "".join(said[5:]))
        self.promise("it has a line of cron's", job, *said)

    def look_at_wheels(self, _):
        self.succeed("cuda-install verify")

    def look_at_stick(self, _):
        self.succeed("cuda-install install 13 --mirror /media/stick/cuda --offline --prefix /opt/from-stick")

    def look_at_pins(self, _):
        self.promise("cuda.pins has hashes", re.search(r"\b[0-9a-f]{64}\b", open(self.there("/root/cuda.pins")).read()))
        self.succeed("cuda-install install 13 --locked cuda.pins --prefix /opt/pinned")

    def succeed(self, line):
        said, status = self.root.run(line)
        self.promise(line, status == 0, *said)

    def look_at_end(self):
        words = ["chmod -R u+w", "rm -r"]
        self.promise("README.md says how to remove all", all(f"`{word} DIRECTORY`" in self.readme.prose for word in words))
        line = f"CUDA_INSTALL_MIRROR={self.options.mirror} cuda-install install 13 cudart"
        for line in [line, *(f"{word} ~/.local/share/cuda" for word in words)]:
            said, status = self.user.run(line)
            self.promise(f"for a user: {line.partition('/redist/ ')[2] or line}", status == 0, *said)
        self.promise("nothing is left", not os.path.exists(self.there("/home/ann/.local/share/cuda")))

    def look_at_lock(self):
        line = "flock -n -E 75 /opt/cuda/.cuda-install.lock true"
        self.promise("README.md has the line for flock(1)", line.replace("true", "COMMAND") in self.readme.prose)
        self.succeed(line)

    def readme_words(self, pattern):
        spans = re.findall(r"`([^`]+)`", self.readme.prose)
        return sorted({word for span in spans for word in span.split() if re.search(pattern, word)})

    def look_at_names(self):
        print("\n-- Names\n", flush=True)
        clone = self.there(CLONE)
        for name in self.readme_words(r"^(\.ci|Tests|Sources|man|completions|Documentation\.docc|\./man)/"):
            places = [clone, f"{clone}/Sources/CUDAInstall"]
            self.promise(f"there is {name}", any(os.path.exists(f"{place}/{name}") for place in places))
        manual = "\n".join(self.user.run("man cuda-install | cat")[0])
        setup = open(f"{clone}/.ci/setup").read()
        for option in sorted({word.partition("=")[0] for word in self.readme_words(r"^--[a-z]")}):
            known = re.search(rf"{option}(?![\w-])", manual + setup)
            self.promise(f"there is {option}", known)


def normal(lines):
    return [normal_line(line) for line in lines]


def normal_line(line):
    line = re.sub(r"\d\d:\d\d:\d\d", "TIME", line)
    line = re.sub(r"\bpid \d+", "pid N", line)
    line = re.sub(r"\([\d.]+ [KMGT]iB free\)", "(N free)", line)
    line = re.sub(r"\d+% fetched", "N% fetched", line)
    return re.sub(
        r"(━[━ ]*\d+%)  [\d.]+/([\d.]+ [KMG]iB)  [\d.]+ [KMG]iB/s(  \d+ s)?$",
        lambda bar: f"{'.' * len(bar[1])}  N/{bar[2]}  RATE  LEFT",
        line,
    )


CHECKS = {
    "cuda-install timer print cron": Follower.look_at_cron_line,
    OF_WHEELS: Follower.look_at_wheels,
    "cuda-install install 13 --download-only /media/stick/cuda": Follower.look_at_stick,
    "cuda-install install 13 --locked cuda.pins": Follower.look_at_pins,
}
AFTER = {
    "Install": Follower.look_at_installed,
    "A first session, as root": lambda follower: (follower.look_at_prefix(), follower.look_at_end()),
    "When two meet": Follower.look_at_lock,
}


def main():
    parser = argparse.ArgumentParser(prog="Tests/readme")
    for name in "--root", "--mirror", "--slow-mirror", "--log":
        parser.add_argument(name, required=True)
    parser.add_argument("--without-tests", action="store_true")
    parser.add_argument("--no-index", action="store_true")
    follower = Follower(parser.parse_args())
    follower.follow()
    follower.look_at_names()
    return 0 if follower.holds else 1


if __name__ == "__main__":
    sys.exit(main())
