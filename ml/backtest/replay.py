"""The replay of an origin: the job's competition as of that time, and the metrics of the model then in service."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ml.backtest.history import History, horizon_of
from ml.competition.results import Competition, Refused, Result
from ml.data.dated_rows import eligible
from ml.data.features import model_frame
from ml.data.snapshots import Snapshots
from ml.evaluation.bootstrap import Interval
from ml.jobs.supervised import SupervisedJob


@dataclass(frozen=True)
class Figures:
    """The metrics of a model at an origin; role: baseline, candidate, or in_service (chosen one horizon before)."""

    name: str
    role: str
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Origin:
    """The results of one origin.

    Attributes
    ----------
    refusal
        The reason if there are no figures.
    champion, best_baseline
        The best model and the best baseline of this origin's competition.
    rank_gain
        Champion minus best baseline in the primary metric, with its paired bootstrap interval.
    """

    job: str
    origin_date: date
    customer_count: int
    training_dates: tuple[date, ...]
    refusal: str | None = None
    figures: tuple[Figures, ...] = ()
    champion: str | None = None
    best_baseline: str | None = None
    decision: str | None = None
    rank_metric: str = ""
    rank_gain: Interval | None = None

    def of(self, name: str | None) -> Figures | None:
        """The figures of a candidate or baseline of this origin's own competition."""
        return next((f for f in self.figures if f.name == name and f.role != "in_service"), None)

    @property
    def in_service(self) -> Figures | None:
        """The figures of the model that was in service at this origin, if the replay knows it."""
        return next((f for f in self.figures if f.role == "in_service"), None)

    @property
    def baselines(self) -> tuple[Figures, ...]:
        """The figures of the baselines."""
        return tuple(f for f in self.figures if f.role == "baseline")


@dataclass(frozen=True)
class _Chosen:
    """The model that a competition put into service, with its features."""

    result: Result
    columns: tuple[str, ...]


def replay(job: SupervisedJob, history: History, candidates: Collection[str] = ()) -> Iterator[Origin]:
    """Run the job's competition at each origin, oldest first.

    The competition at an origin is the training as of origin + horizon, whose holdout is the origin. The chosen model
    would have been in service one horizon later, so it is evaluated at that origin too, if that is replayed; these
    metrics do not influence any choice.

    Raises
    ------
    ClienteleError
        If a requested candidate does not exist.
    """
    chosen: dict[date, _Chosen] = {}
    for day in history.origins:
        snapshots = history.snapshots(day, job.horizon_days)
        if refusal := _refusal(job, snapshots, day):
            yield Origin(job.name, day, len(eligible(snapshots.evaluation)), (), refusal=refusal)
            continue
        competition = job.compete(snapshots, None, candidates)
        serving = competition.decision.serving
        chosen[day] = _Chosen(competition.result(serving), competition.columns)
        former = chosen.get(day - horizon_of(history.definitions))
        yield _origin(job, day, snapshots, competition, former)


def _refusal(job: SupervisedJob, snapshots: Snapshots, day: date) -> str | None:
    if snapshots.evaluation.empty:
        return f"The history is too short: it has no snapshot at {day}."
    try:
        job.check(snapshots)
    except Refused as refusal:
        return str(refusal)
    return None


def _origin(
    job: SupervisedJob, day: date, snapshots: Snapshots, competition: Competition, former: _Chosen | None
) -> Origin:
    holdout = job.evaluation_rows(snapshots)
    actual = job.target(holdout)
    figures = [
        Figures(r.name, "baseline" if r.candidate.is_baseline else "candidate", r.metrics) for r in competition.results
    ]
    if former is not None:
        predicted = job.predicted(former.result.candidate.estimator, model_frame(holdout, former.columns))
        figures.append(Figures(former.result.name, "in_service", job.metrics(actual, predicted)))
    decision = competition.decision
    gain = None
    if decision.contender is not None:
        gain = job.ranking.difference(competition.result(decision.contender), competition.result(decision.baseline))
    return Origin(
        job=job.name,
        origin_date=day,
        customer_count=len(holdout),
        training_dates=tuple(snapshots.training_dates),
        figures=tuple(figures),
        champion=decision.contender,
        best_baseline=decision.baseline,
        decision=decision.verdict,
        rank_metric=job.ranking.metric,
        rank_gain=gain,
    )
