"""Several dates at which lists are made and judged, and what the judgement makes serve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ml.competition.results import Refused
from ml.jobs.choice import Choice, Contender, choose
from ml.jobs.recommendations.backtest import Learned, learn_ways, measure, wanted
from ml.jobs.recommendations.configuration import RecommendationsConfiguration
from ml.jobs.recommendations.lists import ALL_PRODUCTS, LIST_NAMES, NEW_PRODUCTS
from ml.jobs.recommendations.matrices import Sparse
from ml.jobs.recommendations.measure import Measured
from ml.jobs.recommendations.purchases import Purchases
from ml.jobs.recommendations.signals import Fitted, fit
from ml.jobs.recommendations.ways import BESTSELLERS, Way

_PREFIXES = {ALL_PRODUCTS: "", NEW_PRODUCTS: "new_"}
_METRIC = "ndcg_at_10"

# Way → its lists at each origin, the newest first.
Measurements = Mapping[str, list[Measured]]


@dataclass(frozen=True, eq=False)
class Judgement:
    """Who serves each list, on signals of the date itself, and how good it was.

    Attributes
    ----------
    by_origin
        Figures of every way by date and list.
    """

    newest: Fitted
    serving: Mapping[str, Way]
    choices: tuple[Choice, ...]
    figures: Mapping[str, float]
    by_origin: Mapping[str, object]


def judge(purchases: Purchases, day: int, horizon_days: int, settings: RecommendationsConfiguration) -> Judgement:
    """Measure the ways at origins before the day, choose by list, and learn again from the newest horizon.

    Signals are fitted on horizons that follow each other: what ways learn from one is judged on the next, so that the
    signals of each date serve twice.

    Raises
    ------
    Refused
        If the history is too short, or too few customers bought again.
    """
    origins = _origins(purchases, day, horizon_days, settings)
    fitted = fit(purchases.subjects, purchases.before(origins[0] - horizon_days), settings)
    measured: dict[str, list[dict[str, Measured]]] = {name: [] for name in LIST_NAMES}
    days: list[int] = []
    for origin in origins:
        learned = learn_ways(fitted, purchases.between(origin - horizon_days, origin).bought, settings)
        fitted = fit(purchases.subjects, purchases.before(origin), settings)
        truth = purchases.between(origin, origin + horizon_days).bought
        if (found := _measured(fitted, learned, truth, settings)) is not None:
            days.append(origin)
            for name in LIST_NAMES:
                measured[name].append(found[name])
    if not days:
        raise Refused(_too_few(settings))
    final = learn_ways(fitted, purchases.between(day - horizon_days, day).bought, settings)
    newest = fit(purchases.subjects, purchases.before(day), settings)
    return _judgement(newest, final, measured, days, settings)


def _origins(purchases: Purchases, day: int, horizon_days: int, settings: RecommendationsConfiguration) -> list[int]:
    """The days, oldest first, with a horizon after them and one before them that begins after enough history."""
    first = purchases.first_day + settings.minimum_history_days + horizon_days
    days = [day - number * horizon_days for number in range(settings.origin_count, 0, -1)]
    if days[-1] < first:
        begin = _date(first + horizon_days)
        raise Refused(
            f"Purchases reach back {day - purchases.first_day} days; {settings.minimum_history_days} and twice the "
            f"horizon of {horizon_days} days are needed to learn and to judge. It will work as of {begin}."
        )
    return [one for one in days if one >= first]


def _measured(
    fitted: Fitted, learned: Learned, truth: Sparse, settings: RecommendationsConfiguration
) -> dict[str, dict[str, Measured]] | None:
    """Both lists of every way; None if too few customers can be judged."""
    truths = {name: wanted(fitted, truth, name) for name in LIST_NAMES}
    if any(len(fitted.history.judged(one)) < settings.minimum_customer_count for one in truths.values()):
        return None
    return measure(fitted, learned.ways, truths, settings)


def _judgement(
    newest: Fitted,
    final: Learned,
    measured: Mapping[str, list[dict[str, Measured]]],
    days: list[int],
    settings: RecommendationsConfiguration,
) -> Judgement:
    choices, serving, figures = [], {}, {}
    for name in LIST_NAMES:
        ways = {way.name: way for way in final.ways[name]}
        kept = [way for way in ways.values() if all(way.name in origin for origin in measured[name])]
        contenders = [_contender(way, [origin[way.name] for origin in measured[name]]) for way in kept]
        choice = choose(contenders, _METRIC, settings.resamples, about=name.replace("_", " "))
        choices.append(choice)
        serving[name] = ways[choice.serving or choice.baseline]
        figures |= _figures(name, choice)
    by_origin = {
        _date(day).isoformat(): {
            name: {way: one.figures() | {"customer_count": len(one.customers)} for way, one in origin.items()}
            for name, origin in ((name, measured[name][place]) for name in LIST_NAMES)
        }
        for place, day in enumerate(days)
    }
    return Judgement(newest, serving, tuple(choices), figures, by_origin)


def _contender(way: Way, measured: list[Measured]) -> Contender:
    """A customer's value is the mean over the origins at which they bought."""
    figures = [one.figures() for one in measured]
    customers = np.concatenate([one.customers for one in measured])
    values = np.concatenate([one.ndcg for one in measured])
    _, units = np.unique(customers, return_inverse=True)
    means = np.bincount(units, weights=values) / np.bincount(units)
    return Contender(
        way.name,
        way.is_baseline,
        {name: float(np.mean([one[name] for one in figures])) for name in figures[0]},
        means,
        way.parameters,
    )


def _figures(name: str, choice: Choice) -> dict[str, float]:
    """Means over the origins of the way that serves, and its recall by that of the bestsellers."""
    prefix = _PREFIXES[name]
    own = choice.contender(choice.serving or choice.baseline).figures
    bestsellers = choice.contender(BESTSELLERS).figures["recall_at_10"]
    figures = {prefix + key: value for key, value in own.items()}
    if bestsellers > 0:
        figures[f"{prefix}gain_over_popularity"] = own["recall_at_10"] / bestsellers
    return figures


def _too_few(settings: RecommendationsConfiguration) -> str:
    few = settings.minimum_customer_count
    return f"Fewer than {few} customers bought before and after any date at which lists can be judged."


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)
