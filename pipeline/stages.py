"""The stages of a pipeline run in their order; each task of the DAGs calls one of them.

A stage imports what it calls when it is called: loading files needs none of the libraries that models do.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.base.settings import Settings
from warehouse.jobs.registry import backtested_jobs, jobs_on, trained_jobs
from warehouse.runs.planning import RunPlan, plan_run

if TYPE_CHECKING:
    from expectations.results import GateResult
    from ml.backtest.command import Backtest
    from ml.lifecycle.outcome import TrainingOutcome
    from ml.lifecycle.score_rows import ScoringReport
    from ml.tracking import RegisteredVersion
    from warehouse.arrivals.absorb import Absorbed
    from warehouse.audiences.export import Exports
    from warehouse.audiences.selection import Selection
    from warehouse.identity.report import IdentitySummary
    from warehouse.loading.ingest_report import IngestReport
    from warehouse.publishing.publish import PublishReport

_log = logging.getLogger(__name__)


def ingest(settings: Settings, source: str, given: Path | None = None) -> IngestReport:
    """Load new rows, quarantine bad ones, recognise known ones.

    Parameters
    ----------
    source
        Its name, or `latest`.
    given
        A file or folder to land first.
    """
    from warehouse.landing.landing_folder import land_input
    from warehouse.loading.ingest import ingest_source
    from warehouse.runs.planning import resolve_source

    if given is not None:
        land_input(settings, source, given)
    return ingest_source(settings, resolve_source(settings, source))


def absorb(settings: Settings, source: str) -> Absorbed:
    """Land what has arrived, and show it beside the live version; nothing of it waits for a run under way.

    Parameters
    ----------
    source
        Its name, or `latest`.
    """
    from warehouse.arrivals import absorb as absorbing
    from warehouse.runs.planning import resolve_source

    return absorbing.absorb(settings, resolve_source(settings, source))


def check(settings: Settings, plan: RunPlan, gate: str) -> GateResult:
    """Run a gate (`raw`, `marts`, `scores` or `activation`), which raises GateFailed if it does not hold."""
    from expectations.gates import run_gate

    return run_gate(settings, plan.source, gate, plan.as_of_date, plan.pipeline_run_id)


def resolve_identities(settings: Settings, plan: RunPlan) -> IdentitySummary:
    """Find out which customer ids are one person; the overrides of the seed identity_overrides always win."""
    from warehouse.identity.resolve import resolve_identities as resolve

    return resolve(settings, plan.source, plan.as_of_date)


def build_marts(settings: Settings, plan: RunPlan) -> IdentitySummary:
    """Resolve identities and build the marts on them, with dbt in a process of its own."""
    from warehouse.marts import build

    return build.build_marts(settings, plan.source, plan.as_of_date)


def train(settings: Settings, plan: RunPlan, job: str, *, needs_approval: bool | None = None) -> TrainingOutcome:
    """Fit a job's candidates, evaluate them on later data, promote the winner; an optional job may fail.

    Parameters
    ----------
    needs_approval
        Whether a winner waits for a person's word; default: the setting of that name.
    """
    from ml.lifecycle.optional import train_as_declared

    return train_as_declared(
        settings,
        job,
        plan.source,
        plan.as_of_date,
        force=plan.force_retrain,
        pipeline_run_id=plan.pipeline_run_id,
        needs_approval=needs_approval,
    )


def train_all(settings: Settings, plan: RunPlan, *, needs_approval: bool | None = None) -> dict[str, TrainingOutcome]:
    """Train every job that has a model as `train` does; the outcomes by the job's name."""
    return {job: train(settings, plan, job, needs_approval=needs_approval) for job in trained_jobs()}


def roll_back(settings: Settings, plan: RunPlan, job: str) -> RegisteredVersion:
    """Put the version that served before back into service; return it."""
    from ml.lifecycle import rollback

    return rollback.roll_back(settings, job, plan.source, plan.as_of_date, pipeline_run_id=plan.pipeline_run_id)


def backtest(settings: Settings, plan: RunPlan, origin_count: int) -> list[Backtest]:
    """Replay so many earlier dates with every job that can; nothing of what serves changes."""
    from ml.backtest import command

    reports = command.backtest(
        settings, backtested_jobs(), plan.source, origin_count=origin_count, as_of_date=plan.as_of_date
    )
    return list(reports)


def score(settings: Settings, plan: RunPlan, jobs: Sequence[str] = ()) -> list[ScoringReport]:
    """Score every customer with the models that serve the date; by default those of every job that is on."""
    from ml.lifecycle.scoring_all import score_all

    return score_all(settings, jobs or [spec.name for spec in jobs_on(settings)], plan.source, plan.as_of_date)


def activate(settings: Settings, plan: RunPlan) -> None:
    """Build the customer profile with its scores, with dbt in a process of its own."""
    from warehouse.marts import dbt

    dbt.build(settings, plan.source, plan.as_of_date, dbt.ACTIVATION_SELECTION)


def select_audiences(settings: Settings, plan: RunPlan) -> Selection:
    """Select the members of each audience, measure former selections; nothing of it stops a run."""
    from warehouse.audiences import select
    from warehouse.audiences.folder import Problem
    from warehouse.audiences.selection import Selection
    from warehouse.base.errors import AudienceError

    try:
        return select.select_audiences(settings, plan.source, plan.as_of_date)
    except AudienceError as error:
        problem = Problem("", "", f"{error.message} {error.what_to_do}".strip())
        return Selection(plan.source, plan.as_of_date, problems=(problem,))


def export_audiences(settings: Settings, plan: RunPlan, version: str) -> Exports:
    """Write the files of the audiences that a version was published with, and tell the webhook; nothing of it raises.

    Parameters
    ----------
    version
        Its name.
    """
    from warehouse.audiences.export import export_audiences as export
    from warehouse.audiences.notice import post_exports

    run = plan.pipeline_run_id
    exports = export(settings, plan.source, plan.as_of_date, version=version, pipeline_run_id=run)
    return replace(exports, problems=(*exports.problems, *post_exports(settings, exports)))


def publish(settings: Settings, plan: RunPlan) -> PublishReport:
    """Write the file that readers query, check it, and put it in place in one step; then the pages about it."""
    from warehouse.publishing import publish as publishing

    report = publishing.publish(settings, plan.source, plan.as_of_date, plan.pipeline_run_id)
    _describe(settings, plan.source, report.version)
    return report


def _describe(settings: Settings, source: str, version: str) -> None:
    """Write the pages about a version. It is live: what fails to describe it is told, and is no failure of the run."""
    from dashboard.version_page.page import write_page
    from warehouse.marts.dbt_docs import write_dbt_docs

    for name, write in (
        ("dbt's pages", lambda: write_dbt_docs(settings, source, version)),
        ("the page of the version", lambda: write_page(settings, version)),
    ):
        try:
            write()
        except Exception:
            _log.exception("Version %s: %s could not be written.", version, name)


def ingest_checked(
    settings: Settings, source: str, given: Path | None = None, as_of_date: date | None = None
) -> tuple[IngestReport, RunPlan]:
    """What the DAG ingest_sources does: load, give the run its name and date, pass the raw gate."""
    report = ingest(settings, source, given)
    plan = plan_run(settings, report.source, as_of_date)
    check(settings, plan, "raw")
    return report, plan


def build_checked(settings: Settings, plan: RunPlan) -> None:
    """What build_marts does: identities, dbt, the marts gate."""
    build_marts(settings, plan)
    check(settings, plan, "marts")


def score_and_publish(
    settings: Settings, plan: RunPlan, done: Callable[[Selection | Exports], object] = lambda _: None
) -> PublishReport:
    """What score_customers does: scores and their gate, the profile and its gate, audiences, publication, exports.

    Parameters
    ----------
    done
        Called with what came of the audiences and of their exports.
    """
    score(settings, plan)
    check(settings, plan, "scores")
    activate(settings, plan)
    check(settings, plan, "activation")
    done(select_audiences(settings, plan))
    report = publish(settings, plan)
    done(export_audiences(settings, plan, report.version))
    return report
