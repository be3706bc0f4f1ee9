"""The pictures of the page Value and acquisition."""

from __future__ import annotations

from typing import Any

import altair
import pandas

from dashboard.base.colours import GREY, MAIN
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.forms import by_month, intervals, rows_height, shares_side_by_side
from dashboard.charts.parts import HEIGHT, figure, named, series, told

_PAYBACKS = ("first_month", "within_3_months", "within_12_months", "later", "not_yet")


def concentration(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Share of money by share of customers, the best first, and the line where all bring the same."""
    x = figure("customer_share", "share", texts.column("customer_share"), altair.X, scale=altair.Scale(domain=[0, 1]))
    curve = (
        altair.Chart(frame)
        .mark_line(color=MAIN, strokeWidth=2.5, point=altair.OverlayMarkDef(size=12, color=MAIN))
        .encode(
            x=x,
            y=figure("net_amount_share", "share", texts.column("net_amount_share")),
            tooltip=told(
                texts,
                numbers,
                customer_share="share",
                net_amount_share="share",
                customer_count="count",
                net_amount="amount",
            ),
        )
    )
    same = pandas.DataFrame({"customer_share": [0, 1], "net_amount_share": [0, 1]})
    even = altair.Chart(same).mark_line(color=GREY, strokeDash=[4, 3])
    return altair.layer(even.encode(x=x, y="net_amount_share:Q"), curve).properties(height=HEIGHT + 20)


def tiers(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Share of customers and share of expected money of each tier, side by side."""
    return shares_side_by_side(
        named(frame, "value_tier", texts),
        texts,
        numbers,
        x="value_tier",
        title=None,
        shares={
            texts.value("tier_share_of", "customers"): "customer_share",
            texts.value("tier_share_of", "money"): "predicted_amount_share",
        },
        told_of={
            "customer_count": "count",
            "predicted_amount": "amount",
            "predicted_per_customer_amount": "amount",
        },
    )


def horizons(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """What is expected within each horizon, with how far chance moves the sum."""
    return intervals(
        named(frame, "horizon_days", texts),
        texts,
        numbers,
        name="horizon_days",
        value="predicted_amount",
        unit="amount",
        bounds=("lower_predicted_amount", "upper_predicted_amount"),
        no_effect=0,
        title=numbers.currency or None,
        told_of={
            "horizon_days": "text",
            "predicted_amount": "amount",
            "lower_predicted_amount": "amount",
            "upper_predicted_amount": "amount",
            "customer_count": "count",
        },
    )


def channels(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Value by cost of each channel on a scale of powers; at 1 a channel brings what it costs."""
    rows = frame.assign(
        # a bound at or below 0 has no place on this scale: the interval is drawn to a tenth of the value
        lower_value_to_cost_ratio=frame["lower_value_to_cost_ratio"].clip(lower=frame["value_to_cost_ratio"] / 10)
    )
    return intervals(
        named(rows, "acquisition_channel", texts),
        texts,
        numbers,
        name="acquisition_channel",
        value="value_to_cost_ratio",
        unit="ratio",
        bounds=("lower_value_to_cost_ratio", "upper_value_to_cost_ratio"),
        no_effect=1,
        log=True,
        title=texts.column("value_to_cost_ratio"),
        told_of={
            "acquisition_channel": "text",
            "value_to_cost_ratio": "ratio",
            "lower_value_to_cost_ratio": "ratio",
            "upper_value_to_cost_ratio": "ratio",
            "costed_customer_count": "count",
            "acquisition_cost_amount": "amount",
        },
    )


def cost_by_month(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """What winning a customer cost, a line for each channel."""
    rows = named(frame, "acquisition_channel", texts)
    return by_month(
        rows,
        texts,
        numbers,
        y="cac_amount",
        unit="amount",
        title=numbers.currency or None,
        by="acquisition_channel",
        told_of={
            "month": "month",
            "acquisition_channel": "text",
            "cac_amount": "amount",
            "acquisition_cost_amount": "amount",
            "new_customer_count": "count",
        },
    )


def payback(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Cohorts of each channel by how soon they had paid back."""
    order = [texts.value("payback", name) for name in _PAYBACKS]
    rows = named(named(frame, "payback", texts), "acquisition_channel", texts)
    rows = rows.assign(position=rows["payback"].map(order.index))
    count = rows["acquisition_channel"].nunique()
    return (
        altair.Chart(rows, height=rows_height(count, True))
        .mark_bar(size=18)
        .encode(
            y=altair.Y("acquisition_channel:N", title=None, axis=altair.Axis(labelOverlap=False)),
            x=figure("cohort_count", "count", texts.column("cohort_count"), altair.X),
            color=series("payback", order),
            order=altair.Order("position:Q"),
            tooltip=told(
                texts,
                numbers,
                acquisition_channel="text",
                payback="text",
                cohort_count="count",
                new_customer_count="count",
            ),
        )
    )
