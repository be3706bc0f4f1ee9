"""Who computes the results of a job without a model: rules and models, measured on a time that none had seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ml.competition.states import State
from ml.evaluation.bootstrap import Interval, PairedDraws, Resamples


@dataclass(frozen=True)
class Contender:
    """A way to compute the results, fitted on an earlier time than it is measured on.

    Attributes
    ----------
    figures
        Its figures, those of the declaration among them where they can be measured.
    unit_values
        The contribution of each unit (customer, time of measurement, …) to the figure that decides, whose mean it is:
        shape (n_units,), higher is better, the same units in the same order for all contenders. Values that are not
        independent, such as those of one customer at several times, are one unit.
    parameters
        Settings worth comparing between runs, as plain values.
    """

    name: str
    is_baseline: bool
    figures: Mapping[str, float]
    unit_values: NDArray | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """The contenders of one question, and who was chosen.

    Attributes
    ----------
    about
        Which part of the results it is about, where a job has several choices; empty: all of them.
    metric
        The figure that decided.
    serving
        The name of the contender that computes the results; None: none is good enough.
    baseline
        The best of the rules.
    """

    contenders: tuple[Contender, ...]
    metric: str
    serving: str | None
    baseline: str
    reason: str
    about: str = ""

    def contender(self, name: str) -> Contender:
        """One of them."""
        return next(contender for contender in self.contenders if contender.name == name)

    @property
    def verdict(self) -> State:
        """The decision as `quality.model_promotions` has it."""
        if self.serving is None:
            return State.REFUSED
        return State.BASELINE_SERVES if self.contender(self.serving).is_baseline else State.PROMOTED


def choose(
    contenders: Sequence[Contender],
    metric: str,
    judged_by: Resamples | Callable[[NDArray], Interval],
    *,
    about: str = "",
    minimum_gain: float = 0.0,
    minimum_units: int = 30,
) -> Choice:
    """Choose the best model if it beats the best rule beyond chance, else that rule.

    The mean of `unit_values` decides.

    Parameters
    ----------
    judged_by
        How the mean of the paired differences is judged: by a bootstrap of the units, or by another interval of it.
    minimum_gain
        What the lower end of the difference must exceed.
    minimum_units
        With fewer units the rule serves, whatever the difference.

    Raises
    ------
    ValueError
        If there is no rule among the contenders, or their units differ in number.
    """
    rules = [contender for contender in contenders if contender.is_baseline]
    models = [contender for contender in contenders if not contender.is_baseline]
    unit_count = _unit_count(contenders)
    if not rules:
        raise ValueError("a choice needs a rule that serves where no model is better")
    baseline = max(rules, key=_mean)
    chosen = partial(Choice, tuple(contenders), metric, baseline=baseline.name, about=about)
    if not models:
        return chosen(serving=baseline.name, reason="No model competes.")
    best = max(models, key=_mean)
    figures = f"{metric} {_mean(best):.4f} of {best.name} against {_mean(baseline):.4f} of {baseline.name}"
    if unit_count < minimum_units:
        reason = f"{figures}, but {unit_count} units are too few to tell (at least {minimum_units})."
        return chosen(serving=baseline.name, reason=reason)
    gain = _gain(best, baseline, judged_by)
    wins = gain.lower > minimum_gain
    words = "beats the best rule" if wins else "does not beat the best rule beyond chance"
    reason = f"{best.name} {words}: {figures}; paired difference {gain}."
    return chosen(serving=best.name if wins else baseline.name, reason=reason)


def _gain(best: Contender, baseline: Contender, judged_by: Resamples | Callable[[NDArray], Interval]) -> Interval:
    if isinstance(judged_by, Resamples):
        draws = PairedDraws(len(_values(best)), judged_by)
        return draws.difference(partial(_weighted, best), partial(_weighted, baseline))
    return judged_by(_values(best) - _values(baseline))


def _unit_count(contenders: Sequence[Contender]) -> int:
    counts = {len(_values(contender)) for contender in contenders}
    if len(counts) != 1:
        raise ValueError("the contenders must be measured on the same units")
    return counts.pop()


def _values(contender: Contender) -> NDArray:
    return np.zeros(0) if contender.unit_values is None else contender.unit_values


def _mean(contender: Contender) -> float:
    values = _values(contender)
    return float(values.mean()) if len(values) else 0.0


def _weighted(contender: Contender, weights: NDArray) -> float:
    return float(np.average(_values(contender), weights=weights))
