"""Forms of pictures that several pages draw: maps of cohorts, lines and bands, bars, intervals in rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import altair
import pandas

from dashboard.base.colours import GREY, MAIN, OTHER, SEQUENTIAL
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.parts import HEIGHT, figure, months, named, series, told

_ROW, _AXIS, _LEGEND = 26, 70, 45  # pixels; a height that is given holds axis and legend too
_LABEL_PIXELS = 260
_PALE = 0.45  # of a month that is not over
Curve = Literal["linear", "step-after"]


def rows_height(row_count: int, has_legend: bool) -> int:
    """Return the height of a picture of rows one below the other."""
    return _ROW * row_count + _AXIS + _LEGEND * has_legend


def named_rows(frame: pandas.DataFrame, label: str) -> altair.Y:
    """The names of rows one below the other, in their order."""
    axis = altair.Axis(labelLimit=_LABEL_PIXELS, labelOverlap=False)
    return altair.Y(f"{label}:N", sort=list(dict.fromkeys(frame[label])), title=None, axis=axis)


def bars(
    frame: pandas.DataFrame, label: str, value: str, unit: str, *, title: str | None, tips: list[altair.Tooltip]
) -> altair.Chart:
    """Rows from the top to the bottom as they come, each a bar with its name."""
    return (
        altair.Chart(frame, height=rows_height(len(frame), has_legend=False))
        .mark_bar(size=14, color=MAIN)
        .encode(y=named_rows(frame, label), x=figure(value, unit, title, altair.X), tooltip=tips)
    )


def stacked_by_month(
    frame: pandas.DataFrame,
    texts: Texts,
    numbers: Numbers,
    *,
    y: str,
    unit: str,
    by: str,
    order: Sequence[str],
    told_of: dict[str, str],
    title: str | None = None,
    height: int = HEIGHT,
    colour: altair.Color | None = None,
) -> altair.Chart:
    """Bars over the months, stacked by the values of `by`; a month that is not over is pale, where the rows say so.

    Parameters
    ----------
    order
        The values of `by`, which the catalogue names under its name.
    colour
        Which value has which colour; default: the colours of series, in that order.
    """
    names = [texts.value(by, value) for value in order]
    drawn = (
        altair.Chart(named(frame, by, texts), height=height)
        .mark_bar(binSpacing=1)
        .encode(
            x=months(texts),
            y=figure(y, unit, title, stack=True),
            color=colour or series(by, names),
            tooltip=told(texts, numbers, month="month", **{by: "text", y: unit}, **told_of),
        )
    )
    if "is_complete_month" not in frame:
        return drawn
    return drawn.encode(opacity=altair.condition("datum.is_complete_month", altair.value(1.0), altair.value(_PALE)))


def shares_side_by_side(
    frame: pandas.DataFrame,
    texts: Texts,
    numbers: Numbers,
    *,
    x: str,
    title: str | None,
    shares: dict[str, str],
    told_of: dict[str, str],
) -> altair.Chart:
    """Shares of several wholes beside each other, for each name in the order of the rows.

    Parameters
    ----------
    shares
        The column of each whole's shares, by what the reader calls the whole.
    """
    long = pandas.concat([frame.assign(share_of=whole, share=frame[column]) for whole, column in shares.items()])
    return (
        altair.Chart(long, height=HEIGHT)
        .mark_bar()
        .encode(
            x=altair.X(f"{x}:N", sort=frame[x].tolist(), title=title, axis=altair.Axis(labelAngle=0)),
            xOffset=altair.XOffset("share_of:N", sort=list(shares)),
            y=figure("share", "share", None),
            color=series("share_of", list(shares)),
            tooltip=told(texts, numbers, **{x: "text"}, share_of="text", share="share", **told_of),
        )
    )


def cohort_map(frame: pandas.DataFrame, texts: Texts, numbers: Numbers, *, age: str, share: str, **told_of: str) -> Any:
    """Cohorts from top to bottom, their age in months from left to right; the darker, the larger the share.

    Few large cells do not set the scale: it ends where one cell in fifty lies above it.
    """
    label = frame.assign(cohort=frame["cohort_month"].map(lambda month: f"{month:%Y-%m}"))
    scale = altair.Scale(scheme=SEQUENTIAL, domain=[0, float(frame[share].quantile(0.98)) or 1.0], clamp=True)
    legend = altair.Legend(title=None, format=".0%", orient="top", gradientLength=200)
    return (
        altair.Chart(label, height=18 * label["cohort"].nunique() + _AXIS + _LEGEND + 20)
        .mark_rect()
        .encode(
            x=altair.X(f"{age}:O", title=texts.column(age), axis=altair.Axis(labelAngle=0)),
            y=altair.Y("cohort:O", title=None),
            color=altair.Color(f"{share}:Q", scale=scale, legend=legend),
            tooltip=told(texts, numbers, cohort_month="month", **{age: "count", share: "share"}, **told_of),
        )
    )


def lines(
    frame: pandas.DataFrame,
    texts: Texts,
    numbers: Numbers,
    *,
    x: altair.X,
    y: str,
    unit: str,
    by: str = "",
    order: list[str] | None = None,
    band: tuple[str, str] | None = None,
    title: str | None = None,
    interpolate: Curve = "linear",
    from_zero: bool = True,
    told_of: dict[str, str],
) -> Any:
    """Draw lines of a figure, one for each value of `by`, with the interval as a pale band where there is one."""
    base = altair.Chart(frame).encode(x=x)
    colour: Any = series(by, order or sorted(frame[by].unique())) if by else altair.value(MAIN)
    scale = altair.Scale(zero=from_zero, nice=True)
    tips = told(texts, numbers, **told_of)
    line = base.mark_line(strokeWidth=2, point=altair.OverlayMarkDef(size=14), interpolate=interpolate).encode(
        y=figure(y, unit, title, scale=scale), color=colour, tooltip=tips
    )
    if band is None:
        return line.properties(height=HEIGHT)
    lower, upper = band
    pale = base.mark_area(opacity=0.18, interpolate=interpolate).encode(
        y=figure(lower, unit, title, scale=scale), y2=f"{upper}:Q", color=colour
    )
    return altair.layer(pale, line).properties(height=HEIGHT)


def by_month(
    frame: pandas.DataFrame, texts: Texts, numbers: Numbers, *, y: str, unit: str, column: str = "month", **more: Any
) -> Any:
    """Draw lines of a figure over the months."""
    return lines(frame, texts, numbers, x=months(texts, column), y=y, unit=unit, **more)


def intervals(
    frame: pandas.DataFrame,
    texts: Texts,
    numbers: Numbers,
    *,
    name: str,
    value: str,
    unit: str,
    bounds: tuple[str, str],
    told_of: dict[str, str],
    by: str = "",
    order: list[str] | None = None,
    no_effect: float | None = None,
    title: str | None = None,
    log: bool = False,
    reference: str = "",
) -> Any:
    """Draw a point and its interval for each name, one below the other in the order of the rows.

    Parameters
    ----------
    no_effect
        Where a line stands for "nothing", such as 0 for an effect and 1 for a ratio.
    log
        Whether the figures, all above 0, lie on a logarithmic scale.
    reference
        A column with what to compare each figure with, drawn as a tick.
    """
    kinds = (order or list(dict.fromkeys(frame[by]))) if by else []
    scale = altair.Scale(type="log") if log else altair.Scale(zero=no_effect == 0, nice=True)
    place: dict[str, Any] = {"y": named_rows(frame, name)}
    if by:
        place["yOffset"] = altair.YOffset(f"{by}:N", sort=kinds)
    colour: Any = series(by, kinds) if by else altair.value(MAIN)
    base = altair.Chart(frame).encode(**place, color=colour, tooltip=told(texts, numbers, **told_of))
    lower, upper = bounds
    layers = [
        base.mark_rule(strokeWidth=2.5, opacity=0.55).encode(
            x=figure(lower, unit, title, altair.X, scale=scale), x2=f"{upper}:Q"
        ),
        base.mark_point(filled=True, size=70, opacity=1).encode(x=figure(value, unit, title, altair.X, scale=scale)),
    ]
    if reference:
        tick = base.mark_tick(thickness=3, size=18, color=OTHER)
        layers.append(tick.encode(x=altair.X(f"{reference}:Q", scale=scale), color=altair.value(OTHER)))
    if no_effect is not None:
        nothing = altair.Chart(pandas.DataFrame({"nothing": [no_effect]})).mark_rule(strokeDash=[4, 3], color=GREY)
        layers.insert(0, nothing.encode(x=altair.X("nothing:Q", scale=scale, title=title)))
    row_count = frame[name].nunique() * max(len(kinds), 1)
    return altair.layer(*layers).properties(height=rows_height(row_count, bool(by)))
