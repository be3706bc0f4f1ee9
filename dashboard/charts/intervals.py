"""Pictures that several pages draw: figures with their intervals, and bars with their names."""

from __future__ import annotations

from typing import Any

import altair
import pandas

from dashboard.base.colours import MAIN, OTHER, QUIET
from dashboard.charts.parts import figure

_ROW_PIXELS = 26
_AROUND_PIXELS = 90  # axis, its title and the legend
_LABEL_PIXELS = 260


def bars(
    frame: pandas.DataFrame, label: str, value: str, unit: str, *, title: str | None, tips: list[altair.Tooltip]
) -> altair.Chart:
    """Rows from the top to the bottom as they come, each a bar with its name."""
    return (
        altair.Chart(frame, height=rows_high(frame))
        .mark_bar(size=14, color=MAIN)
        .encode(y=named_rows(frame, label), x=figure(value, unit, title, altair.X), tooltip=tips)
    )


def dots(
    frame: pandas.DataFrame,
    label: str,
    columns: tuple[str, str, str],
    unit: str,
    *,
    tips: list[altair.Tooltip],
    **more: Any,
) -> altair.LayerChart:
    """Rows from the top to the bottom, each a point with its interval.

    Parameters
    ----------
    columns
        The figure, its lower bound, its upper bound.
    more
        `reference`: a column with what to compare with, drawn as a tick; `title` of the axis.
    """
    value, lower, upper = columns
    base = altair.Chart(frame, height=rows_high(frame)).encode(y=named_rows(frame, label), tooltip=tips)
    scale = altair.Scale(zero=False, nice=True)
    ranges = base.mark_rule(strokeWidth=2, color=QUIET).encode(
        x=figure(lower, unit, more.get("title"), altair.X, scale=scale), x2=f"{upper}:Q"
    )
    points = base.mark_point(filled=True, size=90, color=MAIN, opacity=1).encode(x=altair.X(f"{value}:Q", scale=scale))
    layers = [ranges, points]
    if reference := more.get("reference"):
        layers.append(
            base.mark_tick(thickness=3, size=18, color=OTHER).encode(x=altair.X(f"{reference}:Q", scale=scale))
        )
    return altair.LayerChart(layer=layers)


def rows_high(frame: pandas.DataFrame) -> int:
    """How many pixels the rows need."""
    return _ROW_PIXELS * len(frame) + _AROUND_PIXELS


def named_rows(frame: pandas.DataFrame, label: str) -> altair.Y:
    """The rows' names in their order."""
    axis = altair.Axis(labelLimit=_LABEL_PIXELS, labelOverlap=False)
    return altair.Y(f"{label}:N", sort=frame[label].tolist(), title=None, axis=axis)
