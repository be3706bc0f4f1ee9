"""The competition of a job's candidates: each is fitted and evaluated, and the best are compared for the gate."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from ml.competition.results import CandidateFailed, Result
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
