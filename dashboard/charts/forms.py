"""Forms of pictures that several pages draw: maps of cohorts, lines and their bands, intervals in rows."""

from __future__ import annotations

from typing import Any, Literal

import altair
import pandas

from dashboard.base.colours import GREY, MAIN, SEQUENTIAL
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.parts import HEIGHT, figure, months, series, told

_ROW, _AXIS, _LEGEND = 26, 70, 45  # pixels; a height that is given holds axis and legend too
Curve = Literal["linear", "step-after"]


def rows_height(row_count: int, has_legend: bool) -> int:
    """Return the height of a picture of rows one below the other."""
    return _ROW * row_count + _AXIS + _LEGEND * has_legend


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
) -> Any:
    """Draw a point and its interval for each name, one below the other in the order of the rows.

    Parameters
    ----------
    no_effect
        Where a line stands for "nothing", such as 0 for an effect and 1 for a ratio.
    log
        Whether the figures, all above 0, lie on a logarithmic scale.
    """
    names = list(dict.fromkeys(frame[name]))
    kinds = (order or list(dict.fromkeys(frame[by]))) if by else []
    scale = altair.Scale(type="log") if log else altair.Scale(zero=no_effect == 0, nice=True)
    place: dict[str, Any] = {
        "y": altair.Y(f"{name}:N", sort=names, title=None, axis=altair.Axis(labelLimit=230, labelOverlap=False))
    }
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
    if no_effect is not None:
        nothing = altair.Chart(pandas.DataFrame({"nothing": [no_effect]})).mark_rule(strokeDash=[4, 3], color=GREY)
        layers.insert(0, nothing.encode(x=altair.X("nothing:Q", scale=scale, title=title)))
    return altair.layer(*layers).properties(height=rows_height(len(names) * max(len(kinds), 1), bool(by)))
