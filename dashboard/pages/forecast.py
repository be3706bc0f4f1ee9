"""Forecast: what will be sold, how sure that is, and which way of forecasting serves."""

from __future__ import annotations

from functools import partial

import pandas
import streamlit as st

from dashboard.charts import forecast as charts
from dashboard.choices import choose
from dashboard.picture import show_picture, show_rows
from dashboard.tiles import show_tiles
from dashboard.view import View

_MEASURES = ("revenue", "orders", "customers")


def show(view: View) -> None:
    """Lay out the page."""
    show_tiles(view, "forecast/headline")
    choices = view.ask("common/forecast_choices")
    if choices.empty:
        return
    chosen = _choose(view, choices)
    unit = "amount" if chosen["measure"] == "revenue" else "count"
    show_picture(view, "forecast/course", partial(charts.course, unit=unit), **chosen)
    show_rows(view, "forecast/periods", **chosen)
    of_level = {name: chosen[name] for name in ("measure", "frequency", "level")}
    show_picture(view, "forecast/parts", partial(charts.parts, unit=unit), **of_level)
    show_rows(view, "forecast/methods")


def _choose(view: View, choices: pandas.DataFrame) -> dict[str, str]:
    """Let the reader choose a series; what is offered narrows from left to right to what has been forecast."""
    places = st.columns(4)
    with places[0]:
        found = set(choices["measure_name"])
        measure = choose(view, "measure_name", [name for name in _MEASURES if name in found], "forecast/measure")
    left = choices[choices["measure_name"] == measure]
    with places[1]:
        frequency = choose(view, "frequency", left["frequency"].unique().tolist(), "forecast/frequency")
    left = left[left["frequency"] == frequency]
    with places[2]:
        level = choose(view, "level_name", left["level_name"].unique().tolist(), "forecast/level")
    series = left.loc[left["level_name"] == level, "series_name"].tolist()
    with places[3]:
        one = choose(view, "series_name", series, f"forecast/series/{level}")
    return {"measure": measure, "frequency": frequency, "level": level, "series": one}
