"""The jobs by name: where each stands and how it is made. What a job needs is imported only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from ml.jobs.base import Job
from warehouse.base.definitions import Definitions, load_definitions


@dataclass(frozen=True)
class Horizons:
    """What the jobs look ahead, as `dbt_project.yml` defines it."""

    churn_horizon_days: int
    clv_horizon_days: int
    clv_further_horizons_days: tuple[int, ...] = ()
    clv_is_further: bool = False


@dataclass(frozen=True)
class _Place:
    """A job's class by module and name, and how it is made."""

    module: str
    class_name: str
    make: Callable[[type, Horizons], Job]


def _lifetime_value(kind: type, asked: Horizons) -> Job:
    further = asked.clv_further_horizons_days
    return kind(asked.clv_horizon_days, further_horizons_days=further, is_further=asked.clv_is_further)


_PLACES = {
    "segmentation": _Place("ml.jobs.segmentation.job", "SegmentationJob", lambda kind, _: kind()),
    "churn": _Place("ml.jobs.churn.job", "ChurnJob", lambda kind, asked: kind(asked.churn_horizon_days)),
    "clv": _Place("ml.jobs.lifetime_value", "LifetimeValueJob", _lifetime_value),
    "contract_churn": _Place(
        "ml.jobs.contract_churn.job", "ContractChurnJob", lambda kind, asked: kind(asked.churn_horizon_days)
    ),
}
JOB_NAMES = tuple(_PLACES)


def load_job(
    name: str,
    *,
    churn_horizon_days: int,
    clv_horizon_days: int,
    clv_further_horizons_days: tuple[int, ...] = (),
    clv_is_further: bool = False,
) -> Job:
    """Make a job by its name.

    Raises
    ------
    ValueError
        If there is no such job.
    """
    if name not in _PLACES:
        raise ValueError(f"unknown job {name!r}: use one of {', '.join(JOB_NAMES)}")
    place = _PLACES[name]
    asked = Horizons(churn_horizon_days, clv_horizon_days, clv_further_horizons_days, clv_is_further)
    return place.make(getattr(import_module(place.module), place.class_name), asked)


def defined_job(name: str, definitions: Definitions | None = None) -> Job:
    """Make a job that looks ahead as `dbt_project.yml` defines it, for all but training its further horizons."""
    definitions = definitions or load_definitions()
    return load_job(
        name, churn_horizon_days=definitions.churn_horizon_days, clv_horizon_days=definitions.clv_horizon_days
    )
