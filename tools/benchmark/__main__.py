"""`make bench`: measure a whole run, its stages, purchase models, jobs and the scorer, and write reports."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from services.__main__ import request_from, request_parser
from services.environment import base_environment, folders_to_make
from services.processes import child_environment
from tools.benchmark import report, scale, scorer, whole_run
from tools.benchmark.measurement import Measurement
from tools.benchmark.subjects import CUSTOMER_COUNTS, PARTS, Limits, measurements
from warehouse.base.command import run_command
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import CHECKOUT, Settings

WHOLE_RUN = "pipeline"
STAGES = "scale"
SCORER = "scorer"
ALL_PARTS = (WHOLE_RUN, STAGES, SCORER, *PARTS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the parts asked for and report; 0 when everything could be measured that was meant to be."""
    asked = _parser().parse_args(arguments)
    return run_command(lambda settings: _measure(settings, asked))


def parts_to_measure(part: str, request_is_given: bool) -> tuple[str, ...]:
    """Return the part asked for; without one, the pipeline alone for a given source, else everything.

    >>> parts_to_measure("", request_is_given=True)
    ('pipeline',)
    """
    if part and part not in ALL_PARTS:
        raise ClienteleError(
            f"There is no part {part!r} to measure.", f"Use PART={' or PART='.join(ALL_PARTS)}, or none."
        )
    if part:
        return (part,)
    return (WHOLE_RUN,) if request_is_given else ALL_PARTS


def _measure(settings: Settings, asked: argparse.Namespace) -> int:
    parts = parts_to_measure(asked.part, bool(asked.source or asked.input))
    if WHOLE_RUN in parts:
        run = whole_run.measure(settings, request_from(asked))
        _say(report.write(asked.report / run.source, whole_run.report_lines(run), asdict(run)))
    if SCORER in parts:
        answers = scorer.measure(settings, _say)
        lines = [f"# scorer, {report.machine()}", "", *scorer.report_lines(answers)]
        _say(report.write(asked.report / SCORER, lines, [asdict(one) for one in answers]))
    codes = [_measure_stages(settings, asked)] if STAGES in parts else []
    return max([*codes, *(_measure_models(settings, asked, part) for part in parts if part in PARTS)], default=0)


def _measure_stages(settings: Settings, asked: argparse.Namespace) -> int:
    os.environ.update(child_environment(base_environment(settings)))
    started = datetime.now(UTC)
    found: list[scale.SizeMeasured] = []
    for customer_count in asked.customers:
        scratch = settings.home / "benchmark" / f"{started:%Y%m%dT%H%M%S}"
        try:
            found.append(scale.measure(scratch, customer_count, Limits.measurement_seconds, _say, asked.only))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        # After every size, so that a run that is broken off leaves what it has found.
        lines = [
            f"# scale, {started.isoformat(timespec='seconds')}",
            "",
            report.machine(),
            "",
            *scale.report_lines(found),
        ]
        _say(report.write(asked.report / STAGES, lines, [asdict(one) for one in found], started))
    return 1 if any(one.problem for one in found) else 0


def _measure_models(settings: Settings, asked: argparse.Namespace, part: str) -> int:
    for needed in folders_to_make(settings):
        needed.mkdir(parents=True, exist_ok=True)
    os.environ.update(child_environment(base_environment(settings)))
    started = datetime.now(UTC)
    scratch = settings.home / "benchmark" / f"{started:%Y%m%dT%H%M%S}"
    found: list[Measurement] = []
    written = ""
    try:
        limits = Limits(total_seconds=asked.time_limit_seconds)
        for measurement in measurements(part, asked.customers, scratch, limits, _say):
            found.append(measurement)
            steps = ", ".join(f"{name} {step.seconds:.1f} s" for name, step in measurement.steps.items())
            _say(f"    {measurement.problem or f'{steps}; {measurement.peak_memory_mib} MiB'}")
            # After every measurement, so that a run that is broken off leaves what it has found.
            lines = [f"# {part}, {started.isoformat(timespec='seconds')}", "", *report.report_lines(found)]
            written = report.write(asked.report / part, lines, [asdict(one) for one in found], started)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    _say(written)
    return 1 if any(one.problem for one in found) else 0


def _parser() -> argparse.ArgumentParser:
    parser = request_parser("python -m tools.benchmark", __doc__)
    parser.add_argument("--part", default="", help=f"{', '.join(ALL_PARTS)} (default: all; with a source, pipeline)")
    parser.add_argument("--customers", nargs="+", type=int, default=list(CUSTOMER_COUNTS), metavar="N")
    parser.add_argument("--only", nargs="+", choices=scale.WHAT, default=scale.WHAT, help="what of the part scale")
    parser.add_argument("--report", type=Path, default=CHECKOUT / "bench-report", help="folder for the reports")
    parser.add_argument(
        "--time-limit-seconds", type=float, default=Limits.total_seconds, help="for each part of models"
    )
    return parser


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
