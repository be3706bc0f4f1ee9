"""`python -m tools.draft_hit_rate FOLDER`: draft a source from each data set there and compare it with the truth.

A data set's files lie in FOLDER itself or in a folder called after it. What is absent is said and left out.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.base.declarations import Frozen, read_declaration
from warehouse.base.settings import Settings
from warehouse.drafting.matching import Match
from warehouse.drafting.plan import plan_draft
from warehouse.drafting.samples import take_samples

_TRUTH = Path(__file__).with_name("truth.yml")


class DataSet(Frozen):
    """What is right for the files of one data set."""

    built_on: bool = False
    files: dict[str, dict[str, tuple[str, ...]]]  # file: {table.column of the contract: columns of the file}
    same: tuple[str, ...] = ()  # said twice by the draft, and neither counted as right nor as wrong


class Truth(Frozen):
    """All data sets."""

    data_sets: dict[str, DataSet]


@dataclass(frozen=True)
class Hits:
    """What came of one data set."""

    name: str
    built_on: bool
    expected: int
    right: int
    wrong: tuple[str, ...]  # what the draft says and the truth does not
    missed: tuple[str, ...]

    def line(self) -> str:
        share = f"{self.right / self.expected:.0%}" if self.expected else "–"
        built_on = "yes" if self.built_on else "no"
        return f"| {self.name} | {built_on} | {self.right} of {self.expected} | {share} | {len(self.wrong)} |"


def main(arguments: list[str]) -> int:
    """Print a line for each data set, and the sums of those built on and held out."""
    if len(arguments) != 1:
        print("python -m tools.draft_hit_rate FOLDER")
        return 1
    found = [hits for name, one in _truth().items() if (hits := measure(Path(arguments[0]), name, one))]
    print("| data set | built on | right | share | wrong |\n|---|---|---|---|---|")
    for hits in found:
        print(hits.line())
    for built_on in (True, False):
        group = [hits for hits in found if hits.built_on == built_on]
        wrong = tuple(one for hits in group for one in hits.wrong)
        sums = sum(hits.expected for hits in group), sum(hits.right for hits in group)
        print(
            Hits(
                "all that were built on" if built_on else "all that were held out at first", built_on, *sums, wrong, ()
            ).line()
        )
    for hits in found:
        for word, listed in (("wrong", hits.wrong), ("missed", hits.missed)):
            if listed:
                print(f"{hits.name}, {word}: {'; '.join(listed)}")
    return 0


def measure(folder: Path, name: str, one: DataSet) -> Hits | None:
    """Compare; None where a file is absent."""
    paths = [
        next((path for path in (folder / name / file, folder / file) if path.exists()), None) for file in one.files
    ]
    if None in paths:
        print(f"{name}: absent")
        return None
    said = _drafted([path for path in paths if path])
    right, wrong, missed = 0, [], []
    for file, truth in one.files.items():
        given = said.get(file, {})
        right += sum(given.get(column) in columns for column, columns in truth.items())
        missed += [
            f"{column} is {' or '.join(columns)}"
            for column, columns in truth.items()
            if given.get(column) not in columns
        ]
        wrong += [
            f"{column} is {source}" for column, source in given.items()
            if source not in truth.get(column, ()) and column not in one.same
        ]  # fmt: skip
    expected = sum(map(len, one.files.values()))
    return Hits(name, one.built_on, expected, right, tuple(wrong), tuple(missed))


def _drafted(paths: list[Path]) -> dict[str, dict[str, str]]:
    """What the draft says of each file, also of those of which nothing can be made because something is lacking."""
    settings = Settings()
    with tempfile.TemporaryDirectory() as scratch:
        for path in paths:
            shutil.copy(path, scratch)
        copies = [Path(scratch) / path.name for path in paths]
        with duckdb.connect(config={"memory_limit": settings.memory_limit, "threads": settings.threads}) as connection:
            limit_bytes = settings.unpacked_file_limit_bytes
            draft = plan_draft(connection, *take_samples(connection, Path(scratch), sorted(copies), limit_bytes))
    said = {name: _columns(guess.table, guess.matches) for name, guess in draft.lacking.items()}
    for one in draft.files:
        said[one.sample.names[0]] = {
            column: source
            for table in one.tables.values()
            for column, source in _columns(table.table, table.matches).items()
        }
    return said


def _columns(table: str, matches: Mapping[str, Match]) -> dict[str, str]:
    return {f"{table}.{column}": match.profile.name for column, match in matches.items()}


def _truth() -> dict[str, DataSet]:
    return read_declaration(Truth, _TRUTH, "Mend tools/draft_hit_rate/truth.yml.").data_sets


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
