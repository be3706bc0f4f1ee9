"""The competition of a job's candidates: each is fitted and evaluated, and the best are compared for the gate."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ml.competition.results import Candidate, CandidateFailed, Result
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
            results.append(replace(evaluate(), recipe=name))
        except CandidateFailed as failure:
            failures[name] = str(failure)
            _log.info("%s: %s could not be fitted: %s", job_name, name, failure)
        else:
            _log.info("%s: %s fitted and evaluated in %.1f s", job_name, name, time.monotonic() - started)
    return results, failures


def fitted_again(job_name: str, result: Result, refit: Callable[[], Candidate | None], known_until: date) -> Result:
    """Return a result with its candidate as it serves: by the same recipe, fitted on all known outcomes.

    The result stays as it is where that fails, which the parameters of the candidate then say.

    Parameters
    ----------
    refit
        Returns None where the candidate was fitted on all of them already.
    """
    started = time.monotonic()
    try:
        fitted = refit()
    except CandidateFailed as failure:
        parameters = {**result.candidate.parameters, "not_fitted_again": str(failure)}
        return replace(result, candidate=replace(result.candidate, parameters=parameters))
    if fitted is None:
        return result
    _log.info("%s: %s fitted on all outcomes in %.1f s", job_name, result.name, time.monotonic() - started)
    parameters = {**fitted.parameters, "fitted_on_outcomes_until": known_until.isoformat()}
    if fitted.name != result.name:  # a purchase model may take a simpler form on other data
        parameters["fitted_as"] = fitted.name
    return replace(result, candidate=replace(fitted, name=result.name, parameters=parameters))


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
