"""The pictures of the page Campaigns."""

from __future__ import annotations

from typing import Any

import altair
import pandas

from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.forms import intervals, rows_height, stacked_by_month
from dashboard.charts.parts import figure, named, series, told

_STEPS = ("session", "product", "basket", "checkout", "order")


def effects(frame: pandas.DataFrame, texts: Texts, numbers: Numbers, *, unit: str) -> Any:
    """Effect of each campaign against its control group, adjusted above plain."""
    rows = named(named(frame, "effect_kind", texts), "verdict", texts)
    return intervals(
        rows,
        texts,
        numbers,
        name="campaign",
        value="effect",
        unit=unit,
        bounds=("lower_effect", "upper_effect"),
        by="effect_kind",
        order=[texts.value("effect_kind", kind) for kind in ("adjusted", "plain")],
        no_effect=0,
        title=_a_customer(texts, numbers, unit),
        told_of={
            "campaign": "text",
            "effect_kind": "text",
            "effect": unit,
            "lower_effect": unit,
            "upper_effect": unit,
            "verdict": "text",
            "treated_count": "count",
            "control_count": "count",
        },
    )


def by_segment(frame: pandas.DataFrame, texts: Texts, numbers: Numbers, *, unit: str) -> Any:
    """Effect of one campaign in groups of customers."""
    rows = named(named(frame, "dimension", texts), "segment", texts, "customer_group")
    rows = rows.assign(group=rows["dimension"] + " · " + rows["segment"])
    return intervals(
        rows,
        texts,
        numbers,
        name="group",
        value="adjusted_effect",
        unit=unit,
        bounds=("lower_adjusted_effect", "upper_adjusted_effect"),
        no_effect=0,
        title=_a_customer(texts, numbers, unit),
        told_of={
            "group": "text",
            "adjusted_effect": unit,
            "lower_adjusted_effect": unit,
            "upper_adjusted_effect": unit,
            "treated_count": "count",
            "control_count": "count",
        },
    )


def roi(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Return on investment of each campaign; at 0 it paid for itself."""
    return intervals(
        frame,
        texts,
        numbers,
        name="campaign",
        value="roi",
        unit="ratio",
        bounds=("lower_roi", "upper_roi"),
        no_effect=0,
        title=texts.column("roi"),
        told_of={
            "campaign": "text",
            "roi": "ratio",
            "lower_roi": "ratio",
            "upper_roi": "ratio",
            "cost_amount": "amount",
        },
    )


def funnel(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Visits that reach each step, stacked by who visits."""
    kinds = [texts.value("customer_kind", kind) for kind in ("returning", "new", "anonymous")]
    steps = [texts.value("step", step) for step in _STEPS]
    rows = named(named(frame, "step", texts), "customer_kind", texts)
    return (
        altair.Chart(rows, height=rows_height(len(_STEPS), True) + 30)
        .mark_bar(size=18)
        .encode(
            y=altair.Y("step:N", sort=steps, title=None, axis=altair.Axis(labelOverlap=False, labelLimit=220)),
            x=figure("step_session_count", "count", texts.column("session_count"), altair.X),
            color=series("customer_kind", kinds),
            tooltip=told(
                texts, numbers, step="text", customer_kind="text", step_session_count="count", session_share="share"
            ),
        )
    )


def attribution(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Share of orders of each channel, a point for each model."""
    rows = named(named(frame, "attribution_model", texts), "channel", texts, "acquisition_channel")
    channels, models = list(dict.fromkeys(rows["channel"])), list(dict.fromkeys(rows["attribution_model"]))
    return (
        altair.Chart(rows, height=rows_height(len(channels), True) + 20)
        .mark_point(filled=True, size=85, opacity=0.85)
        .encode(
            y=altair.Y(
                "channel:N", sort=channels, title=None, axis=altair.Axis(grid=True, labelLimit=200, labelOverlap=False)
            ),
            x=figure("order_share", "share", texts.column("order_share"), altair.X, scale=altair.Scale(zero=False)),
            color=series("attribution_model", models),
            tooltip=told(
                texts,
                numbers,
                channel="text",
                attribution_model="text",
                order_share="share",
                order_count="count",
                net_amount="amount",
            ),
        )
    )


def baskets(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """What was left in baskets by month, stacked by what became of it."""
    return stacked_by_month(
        frame,
        texts,
        numbers,
        y="list_amount",
        unit="amount",
        title=numbers.currency or None,
        by="basket_state",
        order=("recovered", "may_be_contacted", "out_of_reach"),
        told_of={"basket_count": "count"},
    )


def _a_customer(texts: Texts, numbers: Numbers, unit: str) -> str:
    words = texts.column("effect_per_customer")
    return f"{words}, {numbers.currency}" if unit == "amount" and numbers.currency else words
