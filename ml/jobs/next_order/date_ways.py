"""Ways to say when customers order next: rules, and the purchase models."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.estimators.purchase_forecast import ORDER_COLUMNS
from ml.jobs.next_order.configuration import NextOrderConfiguration, RuleSettings
from ml.jobs.next_order.curves import by_day, grid_days
from ml.jobs.next_order.order_days import histories, next_orders
from ml.jobs.next_order.season import season_clock
from ml.purchase_models import BetaGeometricNBD, HistoricRate, ModifiedBetaGeometricNBD, ParetoNBD, TooLittleData
from ml.purchase_models.base import PurchaseModel
from ml.purchase_models.next_order import never_again_probability, next_order_curves

# Curves P(next order within t days) for histories, shape (n_customers, horizon_days).
Curves = Callable[[pd.DataFrame], NDArray]
RULES = ("everybody_alike", "similar_customers", "own_mean_gap", "own_median_gap", "historic_rate")
_MODELS = (BetaGeometricNBD, ModifiedBetaGeometricNBD, ParetoNBD)
IN_SEASON = "_in_season"


class DateWays:
    """What is known on a day, and the ways that can be fitted to it.

    Parameters
    ----------
    order_days
        Those known on the day.
    """

    def __init__(self, order_days: pd.DataFrame, day: date, settings: NextOrderConfiguration) -> None:
        self._order_days, self._day, self._settings = order_days, day, settings
        self.histories = histories(order_days, day)
        self.purchase_models: dict[str, PurchaseModel] = {}
        self.refused: dict[str, str] = {}

    def curves(self, only: Collection[str] | None = None) -> Iterator[tuple[str, Curves]]:
        """Name and curves of every way, rules first; of purchase models, those that `only` asks for."""
        horizon, rules = self._settings.horizon_days, self._settings.rules
        earlier = self._earlier()
        if earlier is not None:
            known, ordered = earlier
            everybody = ordered.mean(axis=0)
            yield "everybody_alike", lambda rows: np.tile(everybody, (len(rows), 1))
            table = _by_class(known, ordered, rules)
            yield "similar_customers", lambda rows: table[_class_of(rows, rules)]
        for name in ("mean_gap_days", "median_gap_days"):
            usual = float(self.histories[name].median())
            if np.isfinite(usual):
                yield (
                    f"own_{name.removesuffix('_days')}",
                    lambda rows, name=name, usual=usual: _steps(rows[name].fillna(usual), rows, horizon, rules),
                )
        clock = season_clock(self._order_days, self._day, horizon, self._settings.season)
        for model in self._fitted(only):
            on_grid = _OnGrid(model, grid_days(horizon))
            yield model.method_name, partial(on_grid.by_day, np.arange(1.0, horizon + 1))
            if clock is not None and not isinstance(model, HistoricRate):
                yield model.method_name + IN_SEASON, partial(on_grid.by_day, clock)

    def never_again_probability(self, way: str, rows: pd.DataFrame) -> NDArray:
        """P(no further order ever) by the purchase model of a way, shape (n_customers,); NaN for a way without one."""
        model = self.purchase_models.get(way.removesuffix(IN_SEASON))
        if model is None:
            return np.full(len(rows), np.nan)
        return never_again_probability(model, rows[ORDER_COLUMNS])

    def _earlier(self) -> tuple[pd.DataFrame, NDArray] | None:
        """Histories a horizon ago and whether they had ordered by each day since, shape (n_customers, horizon_days)."""
        horizon = self._settings.horizon_days
        before = self._day - timedelta(days=horizon)
        known = histories(self._order_days, before)
        if len(known) < self._settings.minimum_customer_count:
            return None
        days = next_orders(self._order_days, known.index, before)["days"].to_numpy()
        return known, (days[:, None] <= np.arange(1, horizon + 1)).astype(np.float32)

    def _fitted(self, only: Collection[str] | None) -> Iterator[PurchaseModel]:
        """The purchase models that are sound, after the rule of the same kind."""
        asked = None if only is None else {name.removesuffix(IN_SEASON) for name in only}
        kinds = [kind for kind in (HistoricRate, *_MODELS) if asked is None or kind.method_name in asked]
        for kind in kinds:
            model = kind()
            try:
                model.fit(self.histories[ORDER_COLUMNS])
            except (TooLittleData, ArithmeticError, np.linalg.LinAlgError) as error:
                self.refused[model.method_name] = str(error)
                continue
            if reasons := [] if kind is HistoricRate else model.check_health():
                self.refused[model.method_name] = "; ".join(reasons)
                continue
            self.purchase_models[model.method_name] = model
            yield model


class _OnGrid:
    """Curves of a purchase model, kept for the rows asked for last: with and without a season they are the same."""

    def __init__(self, model: PurchaseModel, grid: NDArray) -> None:
        self._model, self._grid = model, grid
        self._rows: pd.DataFrame | None = None
        self._curves = np.empty((0, 0))

    def by_day(self, clock: NDArray, rows: pd.DataFrame) -> NDArray:
        """The curves at the end of each day, as the clock goes."""
        if self._rows is not rows:
            self._rows, self._curves = rows, next_order_curves(self._model, rows[ORDER_COLUMNS], self._grid)
        return by_day(self._curves, self._grid, clock)


def _steps(gap_days: pd.Series, rows: pd.DataFrame, horizon_days: int, rules: RuleSettings) -> NDArray:
    """Certain of one day: a gap after the last order, or the next day if that is over; never after a long silence."""
    silence = rows["days_since_last_order"].to_numpy()
    gap = np.maximum(gap_days.to_numpy(), 1.0)
    day = np.maximum(np.rint(gap - silence) + 1, 1)
    day[silence > rules.hiatus_gap_count * gap] = np.inf
    return (day[:, None] <= np.arange(1, horizon_days + 1)).astype(float)


def _class_of(rows: pd.DataFrame, rules: RuleSettings) -> NDArray:
    """The number of each customer's class by orders and silence, shape (n_customers,)."""
    orders = np.searchsorted(rules.order_count_classes, rows["repeat_order_count"].to_numpy() + 1)
    silence = np.searchsorted(rules.silence_day_classes, rows["days_since_last_order"].to_numpy())
    return orders * (len(rules.silence_day_classes) + 1) + silence


def _by_class(known: pd.DataFrame, ordered: NDArray, rules: RuleSettings) -> NDArray:
    """What became of each class a horizon ago, shape (n_classes, horizon_days), drawn to those with as many orders."""
    wide = len(rules.silence_day_classes) + 1
    place, everybody = _class_of(known, rules), ordered.mean(axis=0, dtype=float)
    table = np.empty(((len(rules.order_count_classes) + 1) * wide, ordered.shape[1]))
    for orders in range(len(rules.order_count_classes) + 1):
        alike = ordered[place // wide == orders]
        broad = _drawn(alike, everybody, rules.shrunken_by_count)
        for silence in range(wide):
            members = ordered[place == orders * wide + silence]
            table[orders * wide + silence] = _drawn(members, broad, rules.shrunken_by_count)
    return table


def _drawn(members: NDArray, towards: NDArray, weight: float) -> NDArray:
    return (members.sum(axis=0, dtype=float) + weight * towards) / (len(members) + weight)
