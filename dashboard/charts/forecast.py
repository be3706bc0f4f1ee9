"""The pictures of the page Forecast."""

from __future__ import annotations

from typing import Any

import altair
import pandas

from dashboard.base.colours import GREY, MAIN
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.forms import bars
from dashboard.charts.parts import days, figure, told

_HEIGHT = 340


def course(frame: pandas.DataFrame, texts: Texts, numbers: Numbers, *, unit: str) -> Any:
    """What was sold, then the forecast with a band that holds 80 % of outcomes and a paler one that holds 95 %."""
    title = (numbers.currency or None) if unit == "amount" else None
    forecast = frame[frame["course_kind"] == "forecast"]
    ahead, x = altair.Chart(forecast), days(texts, "period_start_date")
    scale = altair.Scale(zero=True, nice=True)
    layers = [
        ahead.mark_area(color=MAIN, opacity=0.14).encode(
            x=x, y=figure("lower_95_value", unit, title, scale=scale), y2="upper_95_value:Q"
        ),
        ahead.mark_area(color=MAIN, opacity=0.22).encode(
            x=x, y=figure("lower_80_value", unit, title, scale=scale), y2="upper_80_value:Q"
        ),
        altair.Chart(frame[frame["course_kind"] == "sold"])
        .mark_line(color=GREY, strokeWidth=1.8, point=altair.OverlayMarkDef(size=14, color=GREY))
        .encode(
            x=x,
            y=figure("value", unit, title, scale=scale),
            tooltip=told(texts, numbers, period_start_date="day", value=unit),
        ),
        ahead.mark_line(color=MAIN, strokeWidth=2.2, point=altair.OverlayMarkDef(size=26, color=MAIN)).encode(
            x=x,
            y=figure("value", unit, title, scale=scale),
            tooltip=told(
                texts,
                numbers,
                period_start_date="day",
                value=unit,
                lower_80_value=unit,
                upper_80_value=unit,
                lower_95_value=unit,
                upper_95_value=unit,
            ),
        ),
    ]
    return altair.layer(*layers).properties(height=_HEIGHT)


def parts(frame: pandas.DataFrame, texts: Texts, numbers: Numbers, *, unit: str) -> Any:
    """What each part brings over the whole horizon."""
    title = (numbers.currency or None) if unit == "amount" else None
    tips = told(texts, numbers, series_name="text", forecast_total=unit, forecast_share="share")
    return bars(frame, "series_name", "forecast_total", unit, title=title, tips=tips)
