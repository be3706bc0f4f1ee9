"""Overview: how the business stands, what is at risk, whether the data can be trusted."""

from __future__ import annotations

from typing import Literal

import pandas
import streamlit as st

from dashboard.charts import overview as charts
from dashboard.picture import heading, show_behind, show_picture, show_rows
from dashboard.view import View

_TILES_IN_A_ROW = 4


def show(view: View) -> None:
    """Lay out the page."""
    _show_tiles(view)
    show_picture(view, "overview/new_and_returning", charts.new_and_returning)
    left, right = st.columns(2, gap="large")
    with left:
        show_picture(view, "overview/at_risk", charts.at_risk)
    with right:
        show_rows(view, "overview/health")


def _show_tiles(view: View) -> None:
    question = "overview/kpis"
    frame = heading(view, question)
    if frame.empty:
        return
    rows = frame.to_dict("records")
    for start in range(0, len(rows), _TILES_IN_A_ROW):
        for place, row in zip(
            st.columns(_TILES_IN_A_ROW, gap="small"), rows[start : start + _TILES_IN_A_ROW], strict=False
        ):
            with place:
                _show_tile(view, row)
    show_behind(view, question, frame.drop(columns=["course", "title"]))


def _show_tile(view: View, row: dict) -> None:
    unit, write = row["unit"], view.numbers
    change = write.change(row["value"], row["value_year_before"], unit)
    interval = write.interval(row["lower_value"], row["upper_value"], unit)
    about = [view.texts.value("kpi_definition", row["definition"]), write.month(row["month"])]
    if interval:
        about.append(view.texts("overview.kpis.interval", interval=interval))
    st.metric(
        view.texts.value("kpi_title", row["title"]),
        write.written(row["value"], unit),
        delta=change.replace("\N{MINUS SIGN}", "-") or None,  # the arrow points down for this sign only
        delta_color=_colour(row),
        help=" · ".join(about),
        border=True,
        height="stretch",
        chart_data=charts.course(row["course"]) or None,
        chart_type="area",
    )


def _colour(row: dict) -> Literal["blue", "orange", "gray"]:
    """Blue for the better, orange for the worse, grey where neither is better."""
    now, before = row["value"], row["value_year_before"]
    if pandas.isna(now) or pandas.isna(before) or row["better_is"] == "neither" or now == before:
        return "gray"
    return "blue" if (now > before) == (row["better_is"] == "more") else "orange"
