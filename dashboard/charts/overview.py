"""The pictures of the overview."""

from __future__ import annotations

import altair
import pandas

from dashboard.base.colours import BAD, MAIN, YELLOW
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.forms import stacked_by_month
from dashboard.charts.parts import figure, named, told


def new_and_returning(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """Net sales a month, stacked by who bought; a month that is not over is pale."""
    return stacked_by_month(
        frame,
        texts,
        numbers,
        y="net_amount",
        unit="amount",
        title=numbers.currency or None,
        by="buyer_kind",
        order=("returning", "new", "guest"),
        told_of={},
    )


def at_risk(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """What is likely to be lost, by the risk band of the customers."""
    order = [texts.value("churn_risk_band", band) for band in ("high", "medium", "low")]
    return (
        altair.Chart(named(frame, "churn_risk_band", texts), height=140)
        .mark_bar(size=14)
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
