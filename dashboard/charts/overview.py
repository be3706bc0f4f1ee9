"""The pictures of the overview."""

from __future__ import annotations

import altair
import pandas

from dashboard.base.colours import BAD, MAIN, YELLOW
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.parts import HEIGHT, figure, months, named, series, told


def new_and_returning(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """Net sales a month, stacked by who bought; a month that is not over is pale."""
    order = [texts.value("buyer_kind", kind) for kind in ("returning", "new", "guest")]
    return (
        altair.Chart(named(frame, "buyer_kind", texts), height=HEIGHT)
        .mark_bar(binSpacing=1)
        .encode(
            x=months(texts),
            y=figure("net_amount", "amount", numbers.currency or None),
            color=series("buyer_kind", order),
            opacity=altair.condition("datum.is_complete_month", altair.value(1.0), altair.value(0.45)),
            tooltip=told(texts, numbers, month="month", buyer_kind="text", net_amount="amount"),
        )
    )


def at_risk(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """What is likely to be lost, by the risk band of the customers."""
    order = [texts.value("churn_risk_band", band) for band in ("high", "medium", "low")]
    return (
        altair.Chart(named(frame, "churn_risk_band", texts), height=140)
        .mark_bar(size=22)
        .encode(
            y=altair.Y("churn_risk_band:N", sort=order, title=None),
            x=figure("expected_loss_amount", "amount", numbers.currency or None, altair.X),
            color=altair.Color(
                "churn_risk_band:N", legend=None, scale=altair.Scale(domain=order, range=[BAD, YELLOW, MAIN])
            ),
            tooltip=told(
                texts,
                numbers,
                churn_risk_band="text",
                customer_count="count",
                value_at_stake_amount="amount",
                expected_loss_amount="amount",
            ),
        )
    )


def course(values: list[float]) -> list[float]:
    """The course of a figure without its gaps, for the small line beside it."""
    return pandas.Series(values, dtype="float64").dropna().tolist()
