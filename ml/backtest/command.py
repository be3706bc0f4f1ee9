"""Run a backtest: choose the origins, build their history once, replay each job, record the figures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

from ml.backtest.history import History, horizon_of, read_history
from ml.backtest.recording import keep
from ml.backtest.replay import Origin, replay
from ml.backtest.report import as_markdown, as_text, by_candidate, findings, table
from ml.environment import quiet_environment
from ml.jobs.registry import load_job
from ml.jobs.supervised import SupervisedJob
from warehouse.base.definitions import Definitions, load_definitions
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings
from warehouse.runs.planning import plan_run


@dataclass(frozen=True)
class Backtest:
    """The backtest of one job, recorded under `backtest_id` (MLflow's parent run)."""

    job: str
    source: str
    origins: tuple[Origin, ...]
    backtest_id: str
    report: Path

    def lines(self) -> list[str]:
        """Findings, table and where they are stored, for users."""
        shown = as_text(table(self.job, self.origins))
        return [
            *findings(self.job, self.origins),
            *shown.splitlines(),
            f"Stored in {self.report} and quality.backtest.",
        ]


def backtest(
    settings: Settings,
    jobs: Sequence[str],
    source: str,
    *,
    dates: Sequence[date] = (),
    origin_count: int = 6,
    as_of_date: date | None = None,
    candidates: Collection[str] = (),
    definitions: Definitions | None = None,
) -> Iterator[Backtest]:
    """Replay jobs at given dates, or at the newest `origin_count` dates one snapshot step apart.

    Nothing changes for the models in service: the data are built in a scratch file, no version is registered.

    Raises
    ------
    ClienteleError
        If the outcomes of a date are not known yet, nothing is loaded, dbt fails, or MLflow does not answer.
    """
    definitions = definitions or load_definitions()
    known = plan_run(settings, source, as_of_date)
    by_history = groupby(jobs, lambda name: load_job(name, definitions).history_definitions(definitions))
    with quiet_environment(settings):
        for wanted, names in by_history:
            origins = chosen_origins(known.as_of_date, dates, origin_count, wanted)
            history = read_history(settings, known.source, origins, wanted)
            for name in names:
                # pyrefly: ignore[bad-argument-type] (only jobs with outcomes declare figures of a backtest)
                yield _one(settings, load_job(name, definitions), history, candidates)


def chosen_origins(
    as_of_date: date, dates: Sequence[date], origin_count: int, definitions: Definitions
) -> tuple[date, ...]:
    """The origins, oldest first; each must lie at least a horizon before the as-of date.

    Raises
    ------
    ClienteleError
        If the outcomes of a date are not known yet, or no date is requested.
    """
    newest = as_of_date - horizon_of(definitions)
    if late := [day for day in dates if day > newest]:
        raise ClienteleError(
            f"What followed {late[0]} is not known yet: the data are known up to {as_of_date}.",
            f"Ask for dates up to {newest}.",
        )
    if not dates and origin_count < 1:
        raise ClienteleError("A backtest needs at least one origin.", "Ask for --origins 1 or more, or give --dates.")
    step = timedelta(days=definitions.snapshot_step_days)
    return tuple(sorted(set(dates) or {newest - number * step for number in range(origin_count)}))


def _one(settings: Settings, job: SupervisedJob, history: History, candidates: Collection[str]) -> Backtest:
    name = job.name
    origins = tuple(replay(job, history, candidates))
    title = f"{name} of {history.source}, {job.horizon_days} days, {len(origins)} origins"
    text = as_markdown(title, [table(name, origins), by_candidate(name, origins)], findings(name, origins))
    report = settings.home / "backtest" / f"{history.source}_{name}.md"
    report.write_text(text, encoding="utf-8")
    backtest_id = keep(settings, job, history.source, origins, text)
    return Backtest(name, history.source, origins, backtest_id, report)
