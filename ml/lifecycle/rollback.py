"""Put a former champion back into service."""

from __future__ import annotations

from datetime import date

from ml.competition.states import State
from ml.environment import quiet_environment
from ml.jobs.run import JobOfSource, JobRun
from ml.lifecycle.commit import commit_decision, committed_before
from ml.lifecycle.decisions import decision_row, decisions_about
from ml.lifecycle.service_history import service_history
from ml.tracking import RegisteredVersion, champion_change, champion_of, load_estimator, version_of
from warehouse.base.errors import ModelUnavailable
from warehouse.base.settings import Settings


def roll_back(
    settings: Settings,
    job: str,
    source: str,
    as_of_date: date,
    *,
    version: str | None = None,
    pipeline_run_id: str | None = None,
) -> RegisteredVersion:
    """Let a former version serve again; the decision is written to ``quality.model_promotions``.

    The version that it replaces does not serve any date until it is itself put back.

    Parameters
    ----------
    as_of_date
        The version must be trained as of this date or before: it must not depend on later data.
    version
        Number of the version in MLflow; default: the one that served before the champion of today.

    Raises
    ------
    ModelUnavailable
        If no other version has served, or the version belongs to another source, was trained as of a later date or
        cannot be loaded; the present champion then stays.
    """
    with quiet_environment(settings):
        run = JobOfSource.of(settings, job, source).as_of(as_of_date, pipeline_run_id)
        server = run.server
        # After an interruption it is not repeated, which would go back one version further.
        done = committed_before(run, kinds=(State.ROLLED_BACK,))
        if done is not None:
            return version_of(server, run.job, done.model_version or "")
        today = champion_of(server, run.job, source)
        chosen = version_of(server, run.job, version or _before(run, today))
        _check(chosen, source, as_of_date)
        load_estimator(server, chosen)
        reason = f"Put back by hand in place of version {today.version if today else 'none'}."
        row = decision_row(run, verdict=State.ROLLED_BACK, reason=reason, version=chosen)
        commit_decision(run, [row], champion_change(chosen))
    return chosen


def _before(run: JobRun, today: RegisteredVersion | None) -> str:
    champions = service_history(decisions_about(run)).champions
    candidates = [number for number in champions if today is None or number != today.version]
    if not candidates:
        raise ModelUnavailable(
            f"No other version of {run.job.model_name} has served {run.source} before.",
            "Train again (--force), or name a version with --version.",
        )
    return candidates[0]


def _check(chosen: RegisteredVersion, source: str, as_of_date: date) -> None:
    name = f"{chosen.model_name} version {chosen.version}"
    if chosen.source != source:
        raise ModelUnavailable(
            f"{name} was trained on {chosen.source}, not on {source}.",
            f"Choose a version with the tag source={source}.",
        )
    if not chosen.state.may_become(State.ROLLED_BACK):
        raise ModelUnavailable(
            f"{name} has never served: it needs approval ({chosen.state.tag}).",
            f"python -m ml approve --job … --source {source} --version {chosen.version}",
        )
    if chosen.as_of_date > as_of_date:
        raise ModelUnavailable(
            f"{name} was trained as of {chosen.as_of_date}, after {as_of_date}: it depends on later data.",
            "Choose an older version, or a later --as-of.",
        )
