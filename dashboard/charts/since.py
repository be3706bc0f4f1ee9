"""The picture of what has arrived since the live version was made."""

from __future__ import annotations

import altair
import pandas

from dashboard.base.colours import MAIN
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.parts import HEIGHT, figure, told

_MOST_HOURS = 72
_FEW_BARS, _BAR_PIXELS = 12, 30  # so few would fill the picture


def sales(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """Net sales by hour, or by day where they span more than three; times are the shop's own."""
    hours = pandas.to_datetime(frame["hour"])
    are_hours = (hours.max() - hours.min()) < pandas.Timedelta(hours=_MOST_HOURS)
    labelled = frame.assign(time=hours.dt.strftime("%m-%d %H:00" if are_hours else "%Y-%m-%d"))
    shown = labelled.groupby("time", as_index=False)[["order_count", "net_amount"]].sum()
    shown = shown.astype({"net_amount": "float64"})
    return (
        altair.Chart(shown, height=HEIGHT)
        .mark_bar(color=MAIN, size=_BAR_PIXELS if len(shown) < _FEW_BARS else altair.Undefined)
        .encode(
            x=altair.X("time:O", sort=shown["time"].tolist(), title=None, axis=altair.Axis(labelOverlap=True)),
            y=figure("net_amount", "amount", numbers.currency or None),
            tooltip=told(texts, numbers, time="text", order_count="count", net_amount="amount"),
        )
    )
