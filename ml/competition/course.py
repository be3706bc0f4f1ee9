"""The competition of a job's candidates: each is fitted and evaluated, and the best are compared for the gate."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.competition.gate import Comparison, Competitor
from ml.competition.results import CandidateFailed, Result
from ml.evaluation.bootstrap import Interval, Resamples, paired_difference
from warehouse.base.errors import ClienteleError

_log = logging.getLogger(__name__)

# Fits a candidate and evaluates it on rows it was not fitted on; raises CandidateFailed if that is impossible.
Evaluate = Callable[[], Result]


def evaluated(job_name: str, entrants: Iterable[tuple[str, Evaluate]]) -> tuple[list[Result], dict[str, str]]:
    """Return the results of all candidates that could be fitted, in their order, and by name why others could not.

    Each candidate is logged when it has been evaluated, with the time that took, or has failed.
    """
    results, failures = [], {}
    for name, evaluate in entrants:
        started = time.monotonic()
        try:
            results.append(evaluate())
        except CandidateFailed as failure:
            failures[name] = str(failure)
            _log.info("%s: %s could not be fitted: %s", job_name, name, failure)
        else:
            _log.info("%s: %s fitted and evaluated in %.1f s", job_name, name, time.monotonic() - started)
    return results, failures


def chosen_from(
    job_name: str, entrants: Iterable[tuple[str, Evaluate]], only: Collection[str], always: Collection[str]
) -> Iterator[tuple[str, Evaluate]]:
    """The entrants named in `only` or `always`; all of them if `only` is empty.

    Raises
    ------
    ClienteleError
        If `only` names an entrant that does not exist.
    """
    offered = dict(entrants)
    if unknown := set(only) - set(offered):
        raise ClienteleError(
            f"The job {job_name} has no candidate {', '.join(sorted(unknown))}.",
            f"Choose from {', '.join(offered)}.",
        )
    yield from ((name, evaluate) for name, evaluate in offered.items() if not only or name in {*only, *always})


def finite(prediction: NDArray) -> NDArray:
    """Return a prediction of any shape unchanged.

    Raises
    ------
    CandidateFailed
        If one of its values is not finite.
    """
    if not np.isfinite(prediction).all():
        raise CandidateFailed("some predictions are not finite")
    return prediction


@dataclass(frozen=True)
class Ranking:
    """How results are ranked and compared.

    Attributes
    ----------
    metric
        The primary metric; higher is better.
    tie_break
        Of a result's metrics; lower is better. Chooses among results between which the primary metric shows no
        significant difference.
    """

    metric: str
    tie_break: Callable[[Mapping[str, float]], float]
    resamples: Resamples

    def difference(self, first: Result, second: Result) -> Interval:
        """Paired bootstrap interval of the metric of the first minus that of the second."""
        rows = len(first.prediction)
        return paired_difference(first.ranked_by_weight, second.ranked_by_weight, rows, self.resamples)

    def best_baseline(self, results: Iterable[Result]) -> Result:
        """The baseline with the best primary metric."""
        return max((r for r in results if r.candidate.is_baseline), key=self._ranked)

    def contender(self, results: Iterable[Result]) -> Result | None:
        """The best model: of those not significantly worse in the primary metric, the one with the best tie-break."""
        models = [r for r in results if not r.candidate.is_baseline]
        if not models:
            return None
        first = max(models, key=self._ranked)
        alike = [r for r in models if r is first or self.difference(first, r).lower <= 0]
        return min(alike, key=lambda result: self.tie_break(result.metrics))

    def comparison(
        self, contender: Result | None, baseline: Result, former: Result | None, *, has_champion: bool
    ) -> Comparison:
        """The comparison that the gate decides on.

        Parameters
        ----------
        former
            The champion on the same rows; None where it was fitted on them (it then keeps serving if the contender
            fails), or where there is no champion.
        """
        return Comparison(
            metric=self.metric,
            baseline=_competitor(baseline),
            contender=_competitor(contender) if contender else None,
            champion=_competitor(former) if former else Competitor("champion", {}) if has_champion else None,
            contender_over_baseline=self.difference(contender, baseline) if contender else None,
            contender_over_champion=self.difference(contender, former) if contender and former else None,
            champion_over_baseline=self.difference(former, baseline) if former else None,
        )

    def _ranked(self, result: Result) -> float:
        return result.metrics[self.metric]


def _competitor(result: Result) -> Competitor:
    return Competitor(result.name, result.metrics)
