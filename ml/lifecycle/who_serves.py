"""The version that serves a date: one that could have served then."""

from __future__ import annotations

from datetime import date

from ml.competition.states import State
from ml.environment import quiet_environment
from ml.jobs.run import JobOfSource
from ml.lifecycle.commit import finish_commit
from ml.lifecycle.decisions import decisions_about
from ml.lifecycle.service_history import service_history
from ml.tracking import RegisteredVersion, champion_of, usable_champion, versions_of
from warehouse.base.settings import Settings


def serving_version(known: JobOfSource, as_of_date: date) -> RegisteredVersion | None:
    """Return the version that serves a date; None without one.

    It is the champion, if trained as of that date or before; otherwise the newest of the versions trained by then that
    have served and were not rolled back. Without a champion no version serves.
    """
    champion = champion_of(known.server, known.job, known.source)
    if champion is None or usable_champion(champion, as_of_date):
        return champion
    served = service_history(decisions_about(known)).served
    registered = versions_of(known.server, known.job, known.source)
    usable = [
        version
        for number, run_id in served.items()
        # After MLflow's database was created again, a number may be that of another version.
        if (version := registered.get(number)) is not None
        and version.run_id == run_id
        and version.as_of_date <= as_of_date
        and version.state.may_become(State.SERVES_PAST_DATES)
    ]
    return max(usable, key=lambda version: version.as_of_date, default=None)


def who_serves(settings: Settings, job: str, source: str, as_of_date: date) -> RegisteredVersion | None:
    """Return the version of a job that serves a date; pending changes of the registry are applied first."""
    with quiet_environment(settings):
        known = JobOfSource.of(settings, job, source)
        finish_commit(known)
        return serving_version(known, as_of_date)
