"""The report of a campaign: what was done, what was counted, and the violations."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.campaign import Findings
from tests.chaos.content import LEFT_OUT
from tests.chaos.damages import KINDS
from tests.chaos.parts import Part


@dataclass(frozen=True)
class Report:
    """All that a campaign found."""

    seed: int
    seconds: float
    is_own_disk: bool
    findings: Findings
    parts: list[Part]

    @property
    def violations(self) -> list[str]:
        """Everything that should not have happened."""
        found = self.findings
        return [
            *found.violations,
            *found.reading.violations,
            *(words for part in self.parts for words in part.violations),
        ]

    def lines(self) -> Iterator[str]:
        """The report as Markdown."""
        yield f"# Crash campaign, seed {self.seed}"
        yield ""
        yield f"{self.seconds / 60:.1f} minutes on {os.cpu_count()} processors."
        yield ""
        yield from self._numbers()
        yield from self._table()
        yield from self._comparison()
        yield from self._parts()
        yield "## Violations"
        yield ""
        yield from ([f"- {words}" for words in self.violations] or ["None."])

    def _total(self, name: str) -> int:
        return sum(part.counts.get(name, 0) for part in self.parts)

    def _numbers(self) -> Iterator[str]:
        found = self.findings
        other = sum(found.done.values()) - found.kills
        yield "| counted | number |"
        yield "|---|---:|"
        yield f"| kills | {found.kills + self._total('kills'):,} |"
        yield f"| stages ended by a full disk or lack of memory | {other:,} |"
        yield f"| looks at what is published after the damage | {found.published_looks + self._total('looks'):,} |"
        yield f"| reader queries during runs | {found.reading.queries + self._total('reader queries'):,} |"
        yield f"| pages of the Data Docs read during runs | {found.reading.pages:,} |"
        yield f"| broken inputs tried | {self._total('broken inputs tried'):,} |"
        compared = found.runs_compared + self._total("runs compared")
        yield f"| runs compared with an undisturbed one | {compared:,} ({found.tables_compared:,} tables) |"
        yield f"| runs begun again from the first stage | {found.started_over:,} |"
        yield f"| held build files whose holder was named | {found.holders_named:,} |"
        yield f"| longest wait of a reader | {found.reading.longest_seconds:.2f} s |"
        yield f"| **violations** | **{len(self.violations)}** |"
        yield ""

    def _table(self) -> Iterator[str]:
        found = self.findings
        stages = list(dict.fromkeys(stage for stage, _ in found.done))
        yield "## What was done to which stage"
        yield ""
        yield f"| stage | {' | '.join(KINDS)} |"
        yield f"|---|{'---:|' * len(KINDS)}"
        for stage in stages:
            yield f"| {stage} | {' | '.join(str(found.done[stage, kind]) for kind in KINDS)} |"
        yield f"| *got through all the same* | {' | '.join(str(found.survived[kind]) for kind in KINDS)} |"
        yield ""
        for kind, words in KINDS.items():
            yield f"- **{kind}**: {words}."
        where = "a file system of its own" if self.is_own_disk else "a limit to the size of files (RLIMIT_FSIZE)"
        yield f"- The full disk was {where}; the lack of memory RLIMIT_AS."
        yield ""

    def _comparison(self) -> Iterator[str]:
        yield "## How runs are compared"
        yield ""
        yield "Every table of the published version, by the hash of its rows. Left out, because two runs of the same"
        yield "content differ there:"
        yield ""
        for words, columns in LEFT_OUT.items():
            yield f"- {', '.join(columns)}: {words};"
        yield "- `quality.publications`, and of `quality.pipeline_runs` all but the live row's source, date and"
        yield "  figures: which versions there were differs by what was killed;"
        yield "- in `quality`, how often the same row stands there: a stage done twice writes its log twice."
        yield "- `quality.model_promotions` where the decision is not_retrained, and `quality.drift` of a model against"
        yield "  its own day: a training that was done, and is done again, writes that it need not be."
        yield "- `quality.validation_results` by the former run: a gate done again is its own former run."
        yield ""
        yield "After each damage, the published version is compared with the former one by all rows and columns."
        yield ""

    def _parts(self) -> Iterator[str]:
        if not self.parts:
            return
        yield "## The other campaigns"
        yield ""
        for part in self.parts:
            counted = ", ".join(f"{count:,} {name}" for name, count in part.counts.items())
            yield f"- {part.name}{': ' + counted if counted else ''}"
        yield ""
        for part in self.parts:
            if part.report:
                yield f"### {part.name[0].upper()}{part.name[1:]}"
                yield ""
                yield "Processor seconds, and in brackets seconds on the clock."
                yield ""
                yield from part.report


def write_report(folder: Path, report: Report) -> Path:
    """Write the report into the folder and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-seed{report.seed}.md"
    file.write_text("\n".join(report.lines()) + "\n", encoding="utf-8")
    return file
