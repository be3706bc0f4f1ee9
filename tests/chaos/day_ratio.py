"""A day as an increment against everything from the start, stage by stage: what grows with the history, what does not.

`python -m tests.chaos.day_ratio` measures a generated shop at two lengths of its history; with `--before FOLDER
--day FOLDER --as-of DATE --source NAME`, a shop's own files. Each stage is its command from the shell, without training
and scoring. The marts of both ways are compared by their rows. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos.long_history import LAST_DAY, write_history
from tests.chaos.stages import SOURCE
from tools.benchmark.day import Measured, measure

HISTORY_DAYS = (365, 1460)


def _measure_all(options: argparse.Namespace) -> Iterator[Measured]:
    with TemporaryDirectory(dir=options.work) as folder:
        work = Path(folder)
        if options.before:
            yield measure(options.source, options.source, (options.before, options.day), options.as_of, work)
            return
        for day_count in options.history_days:
            parts = write_history(work / f"{day_count}_files", day_count)
            name = f"A generated shop with a history of {day_count:,} days"
            yield measure(name, SOURCE, parts, LAST_DAY + timedelta(days=1), work / f"{day_count}_days")


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 if increment and rebuild differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--history-days", type=int, nargs="*", default=HISTORY_DAYS, help="lengths of the history")
    parser.add_argument("--before", type=Path, help="folder with a shop's files up to the day")
    parser.add_argument("--day", type=Path, help="folder with the files of the day")
    parser.add_argument("--as-of", type=date.fromisoformat, help="the date after the day")
    parser.add_argument("--source", default=SOURCE, help="the source of these files")
    parser.add_argument("--work", type=Path, help="folder for the homes, removed afterwards (default: a temporary one)")
    options = parser.parse_args(arguments)
    found = []
    for measured in _measure_all(options):
        sys.stdout.write("\n".join(measured.lines()) + "\n")
        sys.stdout.flush()
        found.append(measured)
    violations = [f"{one.name}: {table} differs" for one in found for table in one.differing_tables]
    report = [line for one in found for line in one.lines()]
    sys.stdout.write(json.dumps({"runs_compared": len(found), "violations": violations, "report": report}) + "\n")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
