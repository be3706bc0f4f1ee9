"""The job `next_order`: when each customer orders next and for how much, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.competition.results import Refused
from ml.configuration import load_configuration
from ml.jobs.batch import BatchJob, Results
from ml.jobs.choice import Choice
from ml.jobs.next_order.amount_ways import amount_ways
from ml.jobs.next_order.configuration import NextOrderConfiguration
from ml.jobs.next_order.curves import quantile_days
from ml.jobs.next_order.date_ways import DateWays
from ml.jobs.next_order.judged import Judged, choose_amounts, choose_dates, judged_at
from ml.jobs.next_order.order_days import read_order_days

# Customers whose curves are in memory at a time.
_CUSTOMERS_PER_BLOCK = 20_000
_AMOUNTS = ["expected_order_amount", "order_amount_lower", "order_amount_upper"]


class NextOrderJob(BatchJob):
    """The next order of every customer who has ordered before."""

    left_out = "has no order that stands"

    def results(self, connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Results:
        settings = load_configuration(NextOrderConfiguration, self.name)
        known = read_order_days(connection, as_of_date)
        origins = _origins(known, as_of_date, settings)
        judged = [judged_at(connection, origin, settings) for origin in origins]
        dates, amounts = choose_dates(judged, settings), choose_amounts(judged, settings)
        ways = DateWays(known, as_of_date, settings)
        rows = _dated(ways, dates, as_of_date, settings).join(_priced(known, ways.histories, amounts, settings))
        return Results(
            rows.reset_index(),
            _figures(rows, dates, amounts, origins),
            {"origins.json": [_of_origin(one) for one in judged]},
            (dates, amounts) if amounts else (dates,),
        )


def _origins(known: pd.DataFrame, as_of_date: date, settings: NextOrderConfiguration) -> list[date]:
    """Dates to judge at, the newest first.

    Raises
    ------
    Refused
        If the customers are too few, or the history is too short for any.
    """
    if known["customer_id"].nunique() < settings.minimum_customer_count:
        raise Refused(
            f"{known['customer_id'].nunique()} customers ordered before {as_of_date}; "
            f"at least {settings.minimum_customer_count} are needed."
        )
    begun = known["order_date"].min().date()
    newest = as_of_date - timedelta(days=settings.horizon_days)
    origins = [newest - timedelta(days=number * settings.origin_step_days) for number in range(settings.origin_count)]
    least = begun + timedelta(days=settings.minimum_history_days)
    first_orders = known.groupby("customer_id")["order_date"].min()
    possible = [
        day
        for day in origins
        if day >= least and (first_orders < pd.Timestamp(day)).sum() >= settings.minimum_customer_count
    ]
    if not possible:
        works_from = least + timedelta(days=settings.horizon_days)
        raise Refused(
            f"Orders reach back to {begun} only: {settings.minimum_history_days} days to learn from and "
            f"{settings.horizon_days} to judge by are needed. It will work as of {works_from}."
        )
    return possible


def _dated(ways: DateWays, choice: Choice, as_of_date: date, settings: NextOrderConfiguration) -> pd.DataFrame:
    """The columns about the date, one row per customer."""
    wanted = [name for name in (choice.serving, choice.baseline) if name]
    curves = dict(ways.curves(only=wanted))
    # The way that was chosen may not be sound today; the rule then serves.
    way = next(name for name in (*wanted, *curves) if name in curves)
    parts = []
    for begin in range(0, len(ways.histories), _CUSTOMERS_PER_BLOCK):
        rows = ways.histories.iloc[begin : begin + _CUSTOMERS_PER_BLOCK]
        predicted = curves[way](rows)
        days = np.column_stack([quantile_days(predicted, level) for level in settings.levels])
        parts.append(_columns(rows, predicted[:, -1], days, as_of_date, settings))
    frame = pd.concat(parts)
    return frame.assign(never_again_probability=ways.never_again_probability(way, ways.histories), method_name=way)


def _columns(
    rows: pd.DataFrame, probability: NDArray, days: NDArray, as_of_date: date, settings: NextOrderConfiguration
) -> pd.DataFrame:
    expected = probability >= settings.expected_from_probability
    regular = settings.regular
    is_regular = (rows["repeat_order_count"] >= regular.minimum_gap_count) & (
        rows["gap_variation"] <= regular.maximum_variation
    )
    first_day = pd.Timestamp(as_of_date) - pd.Timedelta(days=1)
    earliest, middle, latest = (
        (first_day + pd.to_timedelta(column, unit="D")).where(expected) for column in np.asarray(days).T
    )
    return pd.DataFrame(
        {
            "next_order_probability": np.clip(probability, 0.0, 1.0),
            "is_order_expected": expected,
            "expected_next_order_date": middle,
            "earliest_next_order_date": earliest,
            "latest_next_order_date": latest,
            "days_since_last_order": rows["days_since_last_order"].to_numpy(),
            "buying_interval_days": rows["median_gap_days"].where(is_regular).to_numpy(),
            "horizon_days": settings.horizon_days,
        },
        index=rows.index,
    )


def _priced(
    known: pd.DataFrame, rows: pd.DataFrame, choice: Choice | None, settings: NextOrderConfiguration
) -> pd.DataFrame:
    """The columns about the amount; empty where no amounts are known."""
    fitted = dict(amount_ways(known, rows)) if choice else {}
    if choice is None or not fitted:
        return pd.DataFrame(np.nan, index=rows.index, columns=_AMOUNTS)
    way = next(name for name in (choice.serving, choice.baseline, *fitted) if name in fitted)
    lower, _, upper = fitted[way].quantiles(rows, settings.levels).T
    columns = dict(zip(_AMOUNTS, (fitted[way].expected(rows), lower, upper), strict=True))
    return pd.DataFrame(columns, index=rows.index).round(2)


def _figures(rows: pd.DataFrame, dates: Choice, amounts: Choice | None, origins: Sequence[date]) -> dict[str, float]:
    """Means over the origins of what serves, and of the best rule for dates."""
    figures = dict(dates.contender(dates.serving or dates.baseline).figures)
    figures["rule_crps_days"] = dates.contender(dates.baseline).figures["crps_days"]
    if amounts:
        figures |= amounts.contender(amounts.serving or amounts.baseline).figures
    return figures | {
        "origin_count": float(len(origins)),
        "customer_count": float(len(rows)),
        "expected_customer_share": float(rows["is_order_expected"].mean()),
        "regular_customer_share": float(rows["buying_interval_days"].notna().mean()),
    }


def _of_origin(judged: Judged) -> dict[str, object]:
    return {
        "origin": judged.origin.isoformat(),
        "customer_count": len(judged.date_losses),
        "dates": judged.dates,
        "amounts": judged.amounts,
        "refused": judged.refused,
    }
