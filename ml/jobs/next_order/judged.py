"""The ways measured after earlier origins: figures, the choice of each, and what the season changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.data.sampling import sampled
from ml.jobs.choice import Choice, Contender, choose
from ml.jobs.next_order import amount_ways, date_ways
from ml.jobs.next_order.amount_ways import Amounts
from ml.jobs.next_order.configuration import NextOrderConfiguration
from ml.jobs.next_order.curves import crps_days, quantile_days
from ml.jobs.next_order.date_ways import DateWays
from ml.jobs.next_order.order_days import next_orders, read_order_days

DATE_METRIC, AMOUNT_METRIC = "crps_days", "pinball_loss"


@dataclass(frozen=True)
class Judged:
    """The ways fitted before an origin and measured on the horizon after it.

    Attributes
    ----------
    dates, amounts
        By way its figures.
    date_losses, amount_losses
        A column per way and a row per customer: of all judged, and of those who ordered for a known amount.
    refused
        Purchase models that could not be fitted soundly, with the reason.
    """

    origin: date
    dates: Mapping[str, Mapping[str, float]]
    amounts: Mapping[str, Mapping[str, float]]
    date_losses: pd.DataFrame
    amount_losses: pd.DataFrame
    refused: Mapping[str, str]


def judged_at(connection: duckdb.DuckDBPyConnection, origin: date, settings: NextOrderConfiguration) -> Judged:
    """Fit every way on what was known at an origin, and measure it on the horizon after it."""
    known = read_order_days(connection, origin)
    ways = DateWays(known, origin, settings)
    rows = sampled(ways.histories, settings.maximum_judged_count, settings.random_seed)
    afterwards = read_order_days(connection, origin + timedelta(days=settings.horizon_days))
    actual = next_orders(afterwards, rows.index, origin)
    dates, date_losses = {}, {}
    for name, curves in ways.curves():
        predicted = curves(rows)
        losses = crps_days(predicted, actual["days"].to_numpy())
        date_losses[name] = losses
        dates[name] = date_figures(predicted, actual["days"].to_numpy(), settings) | {DATE_METRIC: float(losses.mean())}
    bought = actual["order_amount"].notna().to_numpy()
    amounts, amount_losses = {}, {}
    for name, fitted in amount_ways.amount_ways(known, ways.histories):
        figures, losses = _amount_figures(fitted, rows[bought], actual.loc[bought, "order_amount"], settings)
        amounts[name], amount_losses[name] = figures, losses
    return Judged(
        origin,
        dates,
        amounts,
        pd.DataFrame(date_losses, index=rows.index),
        pd.DataFrame(amount_losses, index=rows.index[bought]),
        ways.refused,
    )


def date_figures(curves: NDArray, days: NDArray, settings: NextOrderConfiguration) -> dict[str, float]:
    """What curves promised of dates, and what was kept; figures that nobody gives are left out.

    Parameters
    ----------
    curves
        P(ordered by the end of each day of the horizon), shape (n_customers, horizon_days).
    days
        The day of the next order, from 1, shape (n_customers,); infinite: none.

    Coverage and widths are about those who ordered within the horizon, with their interval given that they would. The
    share that had ordered by the expected date is about those of whom an order was expected.
    """
    horizon = curves.shape[1]
    ordered, probability = days <= horizon, curves[:, -1]
    earliest, middle, latest = (quantile_days(curves, level) for level in settings.levels)
    inside = (days >= earliest) & (days <= latest)
    expected = probability >= settings.expected_from_probability
    promised = np.take_along_axis(curves, middle[:, None] - 1, axis=1)[:, 0]
    figures = {
        "interval_coverage": _mean(inside[ordered]),
        "interval_width_days": _mean((latest - earliest + 1)[ordered]),
        "median_date_error_days": float(np.median(np.abs(middle - days)[ordered])) if ordered.any() else np.nan,
        "ordered_share": _mean(ordered),
        "level_ratio": float(probability.sum() / ordered.sum()) if ordered.any() else np.nan,
        "expected_share": _mean(expected),
        "ordered_if_expected_share": _mean(ordered[expected]),
        "ordered_if_not_expected_share": _mean(ordered[~expected]),
        "by_date_promised_share": _mean(promised[expected]),
        "by_date_ordered_share": _mean((days <= middle)[expected]),
    }
    return {name: value for name, value in figures.items() if np.isfinite(value)}


def _amount_figures(
    fitted: Amounts, rows: pd.DataFrame, actual: pd.Series, settings: NextOrderConfiguration
) -> tuple[dict[str, float], NDArray]:
    """Figures, and the pinball loss of the logarithm of each amount, mean of three levels, shape (n_rows,).

    Of the logarithm, so that an order of ten thousand does not outweigh a thousand orders of ten.
    """
    ends = np.maximum(fitted.quantiles(rows, settings.levels), 0.01)
    above = np.log(actual.to_numpy())[:, None] - np.log(ends)
    levels = np.array(settings.levels)
    losses = np.maximum(levels * above, (levels - 1) * above).mean(axis=1)
    inside = (actual.to_numpy() >= ends[:, 0]) & (actual.to_numpy() <= ends[:, 2])
    expected = fitted.expected(rows)
    figures = {
        AMOUNT_METRIC: _mean(losses),
        "amount_coverage": _mean(inside),
        "amount_width_ratio": float(np.median(ends[:, 2] / ends[:, 0])) if len(rows) else np.nan,
        "amount_level_ratio": float(expected.sum() / actual.sum()) if len(rows) else np.nan,
    }
    return {name: value for name, value in figures.items() if np.isfinite(value)}, losses


def choose_dates(judged: Sequence[Judged], settings: NextOrderConfiguration) -> Choice:
    """Who says when: by the ranked probability score of all customers."""
    parts = [(one.dates, one.date_losses) for one in judged]
    return _choose(parts, date_ways.RULES, DATE_METRIC, "date", settings)


def choose_amounts(judged: Sequence[Judged], settings: NextOrderConfiguration) -> Choice | None:
    """Who says for how much; None where no amounts are known."""
    parts = [(one.amounts, one.amount_losses) for one in judged if one.amounts and len(one.amount_losses)]
    return _choose(parts, amount_ways.RULES, AMOUNT_METRIC, "amount", settings) if parts else None


def _choose(
    parts: Sequence[tuple[Mapping[str, Mapping[str, float]], pd.DataFrame]],
    rules: Sequence[str],
    metric: str,
    about: str,
    settings: NextOrderConfiguration,
) -> Choice:
    """Among the ways that were fitted at every origin; a customer's mean loss over the origins is a unit."""
    names = [str(name) for name in parts[0][1] if all(name in losses for _, losses in parts)]
    units = -pd.concat([losses[names] for _, losses in parts]).groupby(level=0).mean()
    contenders = [
        Contender(name, name in rules, _means([figures[name] for figures, _ in parts]), units[name].to_numpy())
        for name in names
    ]
    return choose(contenders, metric, settings.resamples, about=about)


def _means(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each figure over the origins."""
    return {str(name): float(value) for name, value in pd.DataFrame(figures).mean().items()}


def _mean(values: NDArray) -> float:
    return float(np.mean(values)) if len(values) else np.nan
