"""The pictures of the page Retention."""

from __future__ import annotations

from typing import Any

import altair
import pandas

from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.forms import by_month, cohort_map, intervals, lines, shares_side_by_side
from dashboard.charts.parts import named


def cohorts(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Customers of each cohort who bought again, by month since the first order."""
    return cohort_map(
        frame,
        texts,
        numbers,
        age="months_since_first_order",
        share="retention_share",
        active_customer_count="count",
        cohort_customer_count="count",
    )


def cohorts_money(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """What each cohort spent, by month since the first order."""
    return cohort_map(
        frame,
        texts,
        numbers,
        age="months_since_first_order",
        share="revenue_retention_share",
        net_amount="amount",
        cohort_customer_count="count",
    )


def cumulative(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """What a customer has brought so far, a curve for each half-year of first orders."""
    return lines(
        frame,
        texts,
        numbers,
        x=altair.X(
            "months_since_first_order:Q",
            title=texts.column("months_since_first_order"),
            axis=altair.Axis(grid=False, format="d", tickMinStep=1),
        ),
        y="cumulative_net_amount_per_customer",
        unit="amount",
        title=numbers.currency or None,
        by="cohort_half_year",
        told_of={
            "cohort_half_year": "text",
            "months_since_first_order": "count",
            "cumulative_net_amount_per_customer": "amount",
            "cohort_customer_count": "count",
        },
    )


def repeat(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """The share with a second order within each window, by cohort, with 95 % intervals."""
    order = [texts.value("window_days", days) for days in sorted(frame["window_days"].unique())]
    return by_month(
        named(frame, "window_days", texts),
        texts,
        numbers,
        column="cohort_month",
        y="repeat_share",
        unit="share",
        by="window_days",
        order=order,
        band=("lower_repeat_share", "upper_repeat_share"),
        told_of={
            "cohort_month": "month",
            "window_days": "text",
            "repeat_share": "share",
            "lower_repeat_share": "share",
            "upper_repeat_share": "share",
            "cohort_customer_count": "count",
        },
    )


def second_order(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """The share of customers who have come back, by days since the first order."""
    return lines(
        frame,
        texts,
        numbers,
        x=altair.X(
            "days_since_first_order:Q",
            title=texts.column("days_since_first_order"),
            axis=altair.Axis(grid=False, values=[0, 30, 60, 90, 120, 180, 240, 300, 365]),
        ),
        y="second_order_share",
        unit="share",
        band=("lower_second_order_share", "upper_second_order_share"),
        interpolate="step-after",
        told_of={
            "days_since_first_order": "count",
            "second_order_share": "share",
            "lower_second_order_share": "share",
            "upper_second_order_share": "share",
            "at_risk_count": "count",
        },
    )


def second_order_by_channel(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """The share that has come back within 90 days, channel by channel."""
    return intervals(
        named(frame, "acquisition_channel", texts),
        texts,
        numbers,
        name="acquisition_channel",
        value="second_order_share",
        unit="share",
        bounds=("lower_second_order_share", "upper_second_order_share"),
        told_of={
            "acquisition_channel": "text",
            "second_order_share": "share",
            "lower_second_order_share": "share",
            "upper_second_order_share": "share",
            "customer_count": "count",
        },
    )


def loyalty(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Net and gross revenue retention of customers over twelve months."""
    return by_month(
        named(frame, "retention_kind", texts),
        texts,
        numbers,
        y="retention_share",
        unit="share",
        by="retention_kind",
        order=[texts.value("retention_kind", kind) for kind in ("net", "gross")],
        told_of={
            "month": "month",
            "retention_kind": "text",
            "retention_share": "share",
            "earlier_customer_count": "count",
            "earlier_net_amount": "amount",
        },
    )


def frequency(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Customers and money by number of orders, side by side."""
    orders = frame["order_count"].astype(int).astype(str) + frame["is_or_more"].map({True: "+", False: ""})
    return shares_side_by_side(
        frame.assign(orders=orders),
        texts,
        numbers,
        x="orders",
        title=texts.column("order_count"),
        shares={
            texts.value("share_of", "customers"): "customer_share",
            texts.value("share_of", "money"): "net_amount_share",
        },
        told_of={"customer_count": "count", "net_amount": "amount"},
    )
