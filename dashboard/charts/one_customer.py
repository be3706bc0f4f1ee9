"""The pictures of one customer."""

from __future__ import annotations

import altair
import pandas

from dashboard.base.colours import MAIN, OTHER, SERIES
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.parts import HEIGHT, days, figure, in_columns, months, named, told

_KINDS = ("order", "correction", "cancelled", "visit", "contact", "feedback", "contract_start", "contract_end")
_STAGES = ("prospect", "new", "active", "growing", "at_risk", "lapsed", "won_back")
_LANE_PIXELS = 30


def timeline(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """A lane for each kind of event, a mark for each event."""
    order = [texts.value("event_kind", kind) for kind in _KINDS if kind in set(frame["event_kind"])]
    return (
        altair.Chart(named(frame, "event_kind", texts), height=_LANE_PIXELS * len(order) + 40)
        .mark_circle(size=70, opacity=0.6, color=MAIN)
        .encode(
            x=days(texts, "happened_at"),
            y=altair.Y(
                "event_kind:N",
                sort=order,
                title=None,
                scale=altair.Scale(domain=order),
                axis=altair.Axis(labelLimit=240),
            ),
            tooltip=told(texts, numbers, happened_at="day", event_kind="text", detail="text", event_amount="amount"),
        )
    )


def buying(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.LayerChart:
    """Net sales a month, on a ground in the colour of the stage that the month ended in."""
    rows = named(frame, "stage", texts)
    order = [texts.value("stage", stage) for stage in _STAGES if stage in set(frame["stage"])]
    shades = [SERIES[_STAGES.index(stage)] for stage in _STAGES if stage in set(frame["stage"])]
    tell = told(texts, numbers, month="month", stage="text", net_amount="amount", order_count="count")
    base = altair.Chart(rows)
    ground = base.mark_bar(opacity=0.28, binSpacing=0).encode(
        x=months(texts),
        y=altair.value(0),
        y2=altair.value("height"),
        color=altair.Color(
            "stage:N",
            scale=altair.Scale(domain=order, range=shades),
            legend=altair.Legend(title=None, orient="top", columns=in_columns(4)),
        ),
        tooltip=tell,
    )
    bars = base.mark_bar(binSpacing=6, color=MAIN).encode(
        x=months(texts), y=figure("net_amount", "amount", numbers.currency or None), tooltip=tell
    )
    return altair.LayerChart(layer=[ground, bars], height=HEIGHT)


def risk_over_time(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """The probability to stay away, as each scoring said."""
    return (
        altair.Chart(frame.dropna(subset=["churn_probability"]), height=180)
        .mark_line(color=OTHER, point=altair.OverlayMarkDef(color=OTHER, size=40))
        .encode(
            x=days(texts, "as_of_date"),
            y=figure(
                "churn_probability", "share", texts.column("churn_probability"), scale=altair.Scale(domain=[0, 1])
            ),
            tooltip=told(texts, numbers, as_of_date="day", churn_probability="share", churn_reasons="text"),
        )
    )
