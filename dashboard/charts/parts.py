"""What pictures share: the size, axes in the reader's words, and values of the data by their names."""

from __future__ import annotations

from typing import Any

import altair
import pandas

from dashboard.base.colours import SERIES
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts

HEIGHT = 260
_MONTH = {"en": "%b %Y", "zh": "%Y年%-m月"}
_DAY = {"en": "%-d %b %Y", "zh": "%Y年%-m月%-d日"}
_FORMATS = {"amount": ",.0f", "count": ",.0f", "share": ".0%", "ratio": ",.2f", "points": ",.0f"}
_EXACT = {"amount": ",.2f", "count": ",.0f", "share": ".1%", "ratio": ",.2f", "points": ",.1f"}

_PHONE_WIDTH = 400  # pixels of a chart


def named(frame: pandas.DataFrame, column: str, texts: Texts, kind: str = "") -> pandas.DataFrame:
    """Return the rows with the values of a column by what the reader calls them.

    Parameters
    ----------
    kind
        Under which the catalogue names the values; default: the column's name.
    """
    return frame.assign(**{column: frame[column].map(lambda value: texts.value(kind or column, value))})


def months(texts: Texts, column: str = "month") -> altair.X:
    """The months, from left to right; a bar is as wide as its month."""
    axis = altair.Axis(format=_MONTH[texts.language], title=None, grid=False, labelOverlap=True, tickCount=8)
    return altair.X(f"utcyearmonth({column}):T", axis=axis)


def days(texts: Texts, column: str) -> altair.X:
    """Days, from left to right."""
    axis = altair.Axis(format=_DAY[texts.language], title=None, grid=False, labelOverlap=True, tickCount=6)
    return altair.X(f"{column}:T", axis=axis)


def figure(column: str, unit: str, title: str | None, channel: Any = altair.Y, **more: Any) -> Any:
    """A figure along an axis, with thousands or percent as its unit asks."""
    return channel(f"{column}:Q", axis=altair.Axis(format=_FORMATS[unit], title=title, tickCount=5), **more)


def series(column: str, order: list[str], title: str | None = None) -> altair.Color:
    """Which series is which, in the order given; the legend stands above the picture."""
    legend = altair.Legend(title=title, orient="top", labelLimit=260, columns=in_columns(4), symbolOpacity=1)
    return altair.Color(f"{column}:N", scale=altair.Scale(domain=order, range=SERIES[: len(order)]), legend=legend)


def told(texts: Texts, numbers: Numbers, **columns: str) -> list[altair.Tooltip]:
    """What a picture tells under the pointer: columns with their units (``month``, ``day``, ``text`` or a figure's)."""
    return [_tooltip(name, unit, texts, numbers) for name, unit in columns.items()]


def _tooltip(name: str, unit: str, texts: Texts, numbers: Numbers) -> altair.Tooltip:
    title = texts.column(name)
    if unit in ("month", "day"):
        form = (_MONTH if unit == "month" else _DAY)[texts.language]
        return altair.Tooltip(f"{name}:T", title=title, format=form)
    if unit == "text":
        return altair.Tooltip(f"{name}:N", title=title)
    of = f", {numbers.currency}" if unit == "amount" and numbers.currency else ""
    return altair.Tooltip(f"{name}:Q", title=f"{title}{of}", format=_EXACT[unit])


def in_columns(most: int) -> altair.ExprRef:
    """How many entries of a legend stand side by side: two on a phone."""
    return altair.ExprRef(f"width < {_PHONE_WIDTH} ? 2 : {most}")
