"""The pictures of the page on anomalies."""

from __future__ import annotations

import altair
import pandas

from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.intervals import named_rows, rows_high
from dashboard.charts.parts import HEIGHT, figure, months, named, series, told

_STATES = ("new", "confirmed", "dismissed")


def kinds(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """The money at stake by what is wrong, and by what people said of it."""
    rows = named(named(frame, "code", texts), "state", texts, "anomaly_state")
    codes = rows.drop_duplicates("code")
    return (
        altair.Chart(rows, height=rows_high(codes))
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
    order = [texts.value("subject_type", kind) for kind in ("order", "customer")]
    return (
        altair.Chart(named(frame, "subject_type", texts), height=HEIGHT)
        .mark_bar(binSpacing=1)
        .encode(
            x=months(texts),
            y=figure("subject_count", "count", texts.column("subject_count"), stack=True),
            color=series("subject_type", order),
            tooltip=told(
                texts, numbers, month="month", subject_type="text", subject_count="count", amount_at_stake="amount"
            ),
        )
    )
