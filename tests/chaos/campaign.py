"""The crash campaign: runs whose stages are killed again and again, compared with one that nobody disturbed."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.chaos import content
from tests.chaos.attempts import Attempt, answer_of, attempt
from tests.chaos.damages import KILLS, KINDS, Ground, Usual, drawn
from tests.chaos.readers import Readers, Reading
from tests.chaos.stages import Stage
from warehouse.base.settings import Settings

_BUSY = "is held by another process"
_PATIENCE_SECONDS = 120.0
_START_OVER_SHARE = 0.15  # of the killed stages after which the whole run begins again
_DAMAGES_PER_STAGE = 2


@dataclass
class Findings:
    """What came of the campaign."""

    done: Counter = field(default_factory=Counter)  # by (stage, kind)
    survived: Counter = field(default_factory=Counter)  # by kind: the stage got through, or was over
    holders_named: int = 0
    started_over: int = 0
    published_looks: int = 0
    runs_compared: int = 0
    tables_compared: int = 0
    reading: Reading = field(default_factory=Reading)
    violations: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """Attempts that ended by SIGKILL."""
        return sum(count for (_, kind), count in self.done.items() if kind in KILLS)


@dataclass(frozen=True)
class Reference:
    """What the undisturbed run published, and what each stage usually takes."""

    hashes: dict[str, str]
    rows: dict[str, list[str]]
    usual: dict[str, Usual]


class Campaign:
    """Disturbed runs on copies of one home.

    Parameters
    ----------
    ground
        Where the runs are made; its home is replaced before each.
    settings
        Those of the home.
    stages
        Of the run that is disturbed.
    say
        Takes one line of progress.
    plan
        The kinds of damage by stage; None: two kinds for each, others in each run, so that in three runs every stage
        meets every kind.
    """

    def __init__(
        self,
        ground: Ground,
        settings: Settings,
        stages: tuple[Stage, ...],
        say: Callable[[str], None],
        plan: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.ground, self.settings, self.stages, self.say, self.plan = ground, settings, stages, say, plan
        self.findings = Findings()
        self.base = ground.log.parent / "base"

    def run_undisturbed(self, stages: tuple[Stage, ...]) -> dict[str, Usual]:
        """Run the stages in order; raise AssertionError with the output of one that fails."""
        usual = {}
        for stage in stages:
            done = attempt(self.ground, stage)
            assert done.succeeded, f"{stage.name} failed undisturbed (exit code {done.exit_code}):\n{done.output}"
            usual[stage.name] = Usual(done.seconds, done.steps)
            self.say(f"  {stage.name:<16} {done.seconds:5.1f} s, {done.steps} steps on files")
        return usual

    def keep_base(self) -> None:
        """Remember the home as it is: each run begins from here."""
        shutil.copytree(self.ground.home, self.base, symlinks=True)

    def back_to_base(self) -> None:
        """Make the home what it was."""
        shutil.rmtree(self.ground.home, ignore_errors=True)
        shutil.copytree(self.base, self.ground.home, symlinks=True)

    def make_reference(self) -> Reference:
        """Run once undisturbed from the base and keep what it published."""
        usual = self.run_undisturbed(self.stages)
        return Reference(
            answer_of(content.content_hashes, self.settings), answer_of(content.comparable_rows, self.settings), usual
        )

    def disturbed_run(self, number: int, rng: random.Random, reference: Reference, reader_count: int) -> None:
        """Damage every stage in turn, go on as the next attempt or the next run would, and compare the end."""
        self.back_to_base()
        readers = Readers(self.settings, reader_count)
        readers.start()
        try:
            self._disturb_all(number, rng, reference)
        finally:
            self.findings.reading.add(readers.stop())
        self._compare(number, reference)

    def _disturb_all(self, number: int, rng: random.Random, reference: Reference) -> None:
        for position, stage in enumerate(self.stages):
            for kind in self._kinds(number, position, stage):
                before = answer_of(content.strict_hash, self.settings)
                done = attempt(self.ground, stage, drawn(rng, kind), reference.usual[stage.name])
                self._note(done)
                self._look(number, done, before, reference)
            if self.plan is None and rng.random() < _START_OVER_SHARE:
                self.findings.started_over += 1
                for earlier in self.stages[:position]:
                    self._finish(number, earlier)
            self._finish(number, stage)

    def _kinds(self, number: int, position: int, stage: Stage) -> tuple[str, ...]:
        if self.plan is not None:
            return self.plan.get(stage.name, ())
        kinds, apart = list(KINDS), len(KINDS) // _DAMAGES_PER_STAGE
        return tuple(kinds[(number + position + turn * apart) % len(kinds)] for turn in range(_DAMAGES_PER_STAGE))

    def _note(self, done: Attempt) -> None:
        was_hit = done.killed if done.kind in KILLS else not done.succeeded
        if was_hit:
            self.findings.done[done.stage, done.kind] += 1
        else:
            self.findings.survived[done.kind] += 1
        self.findings.holders_named += _BUSY in done.output and "process id" in done.output
        ended = "killed" if done.killed else f"exit code {done.exit_code}"
        self.say(f"  {done.stage:<16} {done.kind:<9} {done.seconds:5.1f} s  {ended}")

    def _look(self, number: int, done: Attempt, before: str, reference: Reference) -> None:
        """What is published is the last good version, or after a publication the new one, whole."""
        self.findings.published_looks += 1
        where = f"run {number}, {done.stage} damaged ({done.kind})"
        try:
            if answer_of(content.strict_hash, self.settings) == before:
                return
            is_new = answer_of(content.content_hashes, self.settings) == reference.hashes
        except AssertionError as error:
            self.findings.violations.append(f"{where}: the published file cannot be read: {error}")
            return
        if done.stage != "publish" or not is_new:
            self.findings.violations.append(f"{where}: the published content is neither the former nor the new one")

    def _finish(self, number: int, stage: Stage) -> None:
        """Run the stage to its end with no hand-work; a file held by what a kill left behind is waited for."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (done := attempt(self.ground, stage)).succeeded:
            if _BUSY not in done.output or time.monotonic() > deadline:
                words = f"run {number}: {stage.name} fails after damage (exit code {done.exit_code}): {done.output}"
                self.findings.violations.append(words)
                return
            self.findings.holders_named += "process id" in done.output
            time.sleep(1)
        self.say(f"  {stage.name:<16} {'':<9} {done.seconds:5.1f} s  done")

    def _compare(self, number: int, reference: Reference) -> None:
        self.findings.runs_compared += 1
        try:
            found = answer_of(content.content_hashes, self.settings)
        except AssertionError as error:
            self.findings.violations.append(f"run {number}: the published file cannot be read: {error}")
            return
        self.findings.tables_compared += len(reference.hashes)
        if found != reference.hashes:
            tables = sorted(
                name for name in {*found, *reference.hashes} if found.get(name) != reference.hashes.get(name)
            )
            words = "\n".join(answer_of(content.difference, self.settings, reference.rows))
            self.findings.violations.append(f"run {number}: other content in {', '.join(tables)}\n{words}")
