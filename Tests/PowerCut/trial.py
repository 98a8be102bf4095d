"""After a power cut: what is on the disk, and does the next run go on from there?"""

import os

import prefix
from disk_log import Cut, Rebuilder
from recording import DAMAGED, Failure, Recording, Step, Tools

# What asks for a state rather than for a change may be asked again.
# What these replace is all replaced behind a recovery, or nothing is.
WHOLE = {"install", "update", "use", "rollback"}
REPEATABLE = {"install", "update", "use", "verify", "prune", "remove"}


class Trial:
    """Mounts what one cut left, and collects what is wrong."""

    def __init__(self, recording: Recording, tools: Tools, cut: Cut):
        self.recording, self.tools, self.cut = recording, tools, cut
        self.violations: list[str] = []
        ended = [step for step in recording.steps if step.end <= cut.position]
        begun = [step for step in recording.steps if step.begin <= cut.position]
        # The last step that was reported as done, and the one that was under way.
        self.done: Step | None = ended[-1] if ended else None
        self.under_way: Step | None = begun[-1] if len(begun) > len(ended) else None
        self.before = self.done.after if self.done else prefix.State()
        self.after = self.under_way.after if self.under_way else self.before
        steps = [step.words for step in begun]
        repairs = [step for step in ended if step.words[0] == "verify"]
        self.is_damaged = ["damage"] in steps and not repairs
        self.changed_runs = sum(step.words != ["damage"] for step in ended)
        # No violations: history is information, and downloads that nobody continues are for `prune`.
        self.forgot = False
        self.left_downloads = False

    @property
    def moment(self) -> str:
        if self.under_way:
            return f"during `{' '.join(self.under_way.words)}`"
        return f"after `{' '.join(self.done.words)}`" if self.done else "before the first run"

    def run(self, rebuilder: Rebuilder) -> None:
        image = os.path.join(self.recording.directory, "cut")
        rebuilder.rebuild(self.cut, image)
        try:
            self.tools.mount(self.recording.file_system, image)
        except Failure as failure:
            self.violations.append(f"the file system cannot be mounted: {failure}")
            return
        try:
            self._look()
            if not self.violations:
                self._go_on()
        except OSError as error:
            self.violations.append(f"the file system cannot be read: {error}")
        finally:
            self.tools.unmount(self.tools.mount_point)

    def _look(self) -> None:
        state = prefix.read_state(self.tools.prefix)
        self.forgot = prefix.remembered_runs(self.tools.prefix) < self.changed_runs
        self._expect_possible(state, "after the cut")
        self._expect_whole(state, "after the cut", prefix.State())

    def _go_on(self) -> None:
        found = prefix.read_state(self.tools.prefix)
        # First a run that changes nothing by itself: what it takes the lock for is the recovery.
        intact = [label for label in found.releases if not self._excuses(label)]
        if intact:
            self._install(["verify", "--repair", intact[0]])
            self._expect_forward(found, prefix.read_state(self.tools.prefix))
            self._expect_clean()
        again = self.under_way or self.done
        if self.violations or not again or again.words[0] not in REPEATABLE:
            return
        if again.words[0] == "remove" and again.words[-1] not in found.releases:
            return
        self._install(again.words, again.mirror)
        state = prefix.read_state(self.tools.prefix)
        if not state.is_like(again.after):
            self.violations.append(f"run again, it led to: {state}, instead of: {again.after}")
        self._expect_whole(state, "after the next run", found)
        self._expect_clean()
        self.left_downloads = bool(prefix.downloads(self.tools.prefix))

    # I8, I9: what was reported is there; what was under way is there or is not, each link by itself.
    def _expect_possible(self, state: prefix.State, moment: str) -> None:
        labels = set(state.releases) | set(self.before.releases) | set(self.after.releases)
        ok = state.current in {self.before.current, self.after.current} and all(
            state.releases.get(label)
            in {self.before.releases.get(label), self.after.releases.get(label)}
            for label in labels
        )
        if not ok:
            expected = f"{self.before}"
            if self.after != self.before:
                expected += f", or {self.after}"
            self.violations.append(f"{moment} the links say: {state}; they should say: {expected}")

    # Recovery may do what is left to do, and nothing else.
    def _expect_forward(self, found: prefix.State, state: prefix.State) -> None:
        whole = self.under_way and self.under_way.words[0] in WHOLE
        if whole:
            ok = state in (self.before, self.after)
        else:
            ok = state.releases == found.releases and state.current in {found.current, self.after.current}
        if not ok:
            self.violations.append(f"the recovery changed the links from: {found} to: {state}")

    # I7: by our own eyes, and by those of `list` and `verify`.
    def _expect_whole(self, state: prefix.State, moment: str, known: prefix.State) -> None:
        for label, fault in prefix.state_faults(self.tools.prefix, state):
            if not (self._excuses(label) and fault.startswith(DAMAGED[1])):
                self.violations.append(f"{moment} {label}: {fault}")
        listed = self.tools.install(["list"])
        if listed.returncode != 0 or not all(label in listed.stdout for label in state.releases):
            self.violations.append(f"{moment} list: {listed.returncode} {listed.stdout}{listed.stderr}")
        for label, tree in state.releases.items():
            # Trees do not change: one that was compared is not compared again.
            if self._excuses(label) or known.releases.get(label) == tree:
                continue
            run = self.tools.install(["verify", label])
            if run.returncode != 0:
                said = f"{run.stdout}{run.stderr}"
                self.violations.append(f"{moment} verify {label}: {run.returncode}: {said}")

    def _excuses(self, label: str) -> bool:
        return self.is_damaged and label == DAMAGED[0]

    def _expect_clean(self) -> None:
        for name in prefix.debris(self.tools.prefix):
            self.violations.append(f"the next run left {name}")

    def _install(self, words: list[str], source: str = "after") -> None:
        run = self.tools.install(words, source)
        if run.returncode != 0:
            line = " ".join(words)
            self.violations.append(f"the next run, `{line}`: {run.returncode}: {run.stderr}")
        elif words[0] == "verify" and words[-1] == "--repair":
            self.is_damaged = False
