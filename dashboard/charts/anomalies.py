"""The pictures of the page on anomalies."""

from __future__ import annotations

import altair
import pandas

from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.forms import named_rows, rows_height, stacked_by_month
from dashboard.charts.parts import figure, named, series, told

_STATES = ("new", "confirmed", "dismissed")


def kinds(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """The money at stake by what is wrong, and by what people said of it."""
    rows = named(named(frame, "code", texts), "state", texts, "anomaly_state")
    codes = rows.drop_duplicates("code")
    return (
        altair.Chart(rows, height=rows_height(len(codes), has_legend=True))
        .mark_bar(size=16)
        .encode(
            y=named_rows(codes, "code"),
            x=figure("amount_at_stake", "amount", numbers.currency or None, altair.X, stack=True),
            color=series("state", [texts.value("anomaly_state", state) for state in _STATES]),
            tooltip=told(texts, numbers, code="text", state="text", subject_count="count", amount_at_stake="amount"),
        )
    )


def by_month(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """How many look wrong by the month in which it happened."""
    return stacked_by_month(
        frame,
        texts,
        numbers,
        y="subject_count",
        unit="count",
        title=texts.column("subject_count"),
        by="subject_type",
        order=("order", "customer"),
        told_of={"amount_at_stake": "amount"},
    )
