"""`python -m ml.benchmark`: measure purchase models and jobs at several sizes, and write a report."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import psutil

from ml.benchmark.measurement import Measurement
from ml.benchmark.report import report_lines
from ml.benchmark.runner import CUSTOMER_COUNTS, PARTS, Limits, measurements
from warehouse.base.settings import CHECKOUT, Settings

_BYTES_PER_GIB = 2**30


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and report; 0 when everything could be measured that was meant to be."""
    asked = _parser().parse_args(arguments)
    started = datetime.now(UTC)
    scratch = Settings().home / "benchmark" / f"{started:%Y%m%dT%H%M%S}"
    limits = Limits(total_seconds=asked.time_limit_seconds)
    asked.report.mkdir(parents=True, exist_ok=True)
    report = asked.report / f"{'-'.join(asked.parts)}-{started:%Y%m%dT%H%M%S}.md"
    found: list[Measurement] = []
    try:
        for measurement in measurements(asked.parts, asked.customers, scratch, limits, _say):
            found.append(measurement)
            _say(f"    {measurement.problem or _took(measurement)}")
            # After every measurement, so that a run that is broken off leaves what it has found.
            write_report(report, f"# {' and '.join(asked.parts)}, {started.isoformat(timespec='seconds')}", found)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    _say(f"\n{report.read_text()}\n{report}")
    return 1 if any(m.problem and not m.subject.startswith("lifetimes") for m in found) else 0


def write_report(report: Path, title: str, found: Sequence[Measurement]) -> None:
    """Write the tables, and the measurements as JSON beside them."""
    report.with_suffix(".json").write_text(json.dumps([asdict(m) for m in found], indent=2) + "\n")
    report.write_text("\n".join([title, "", machine(), "", *report_lines(found)]))


def machine() -> str:
    """Size and load of the machine, in words."""
    memory_gib = psutil.virtual_memory().total / _BYTES_PER_GIB
    python = ".".join(str(part) for part in sys.version_info[:2])
    return (
        f"{psutil.cpu_count()} processors, {memory_gib:.0f} GiB, Python {python}; "
        f"load over the last 15 minutes {psutil.getloadavg()[2]:.1f}."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ml.benchmark", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--customers", nargs="+", type=int, default=list(CUSTOMER_COUNTS), metavar="N")
    parser.add_argument("--report", type=Path, default=CHECKOUT / "bench-report", help="folder for the report")
    parser.add_argument("--time-limit-seconds", type=float, default=Limits.total_seconds, help="for everything")
    return parser


def _took(measurement: Measurement) -> str:
    steps = ", ".join(f"{name} {step.seconds:.1f} s" for name, step in measurement.steps.items())
    return f"{steps}; {measurement.peak_memory_mib} MiB"


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
