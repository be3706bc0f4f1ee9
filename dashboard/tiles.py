"""Figures of a question as tiles: value, change within a year, and below the question mark what it means."""

from __future__ import annotations

from typing import Any, Literal

import pandas
import streamlit as st

from dashboard.base.colours import BAD, GOOD, QUIET
from dashboard.base.plain_text import plain_text
from dashboard.charts.small_line import small_line
from dashboard.picture import heading, show_behind
from dashboard.view import View

_TILES_IN_A_ROW = 4
_OF_CHANGE = {"blue": GOOD, "orange": BAD, "gray": QUIET}


def show_tiles(view: View, question: str, **values: Any) -> dict[str, Any]:
    """Show the answer of a question as tiles, a row each.

    The rows have `figure` (named in the catalogue's ``values.figure``, told in ``values.figure_meaning``), `unit`,
    `value` and, where they have them, `lower_value`, `upper_value`, `value_year_before`, `month`, `better_is`
    (``more``, ``less``, ``neither``; default ``more``), and `course`, the values up to this one, drawn as a small line.
    Figures that the warehouse defines bring `title` and `definition`; the catalogue may have another title.

    Returns
    -------
    dict
        The values by their figures, to write a sentence with; empty where nothing answers.
    """
    frame = heading(view, question, **values)
    if frame.empty:
        return {}
    rows = [dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False)]
    for start in range(0, len(rows), _TILES_IN_A_ROW):
        places = st.columns(_TILES_IN_A_ROW, gap="small")
        for place, row in zip(places, rows[start : start + _TILES_IN_A_ROW], strict=False):
            with place:
                _show_tile(view, row)
    show_behind(view, question, frame.drop(columns=["course", "title"], errors="ignore"), **values)
    return dict(zip(frame["figure"], frame["value"], strict=True))


def _show_tile(view: View, row: dict[str, Any]) -> None:
    unit, write = row["unit"], view.numbers
    change = write.change(row["value"], row.get("value_year_before"), unit)
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.metric(
            _name(view, row),
            write.written(row["value"], unit),
            delta=change.replace("\N{MINUS SIGN}", "-") or None,  # the arrow points down for this sign only
            delta_color=colour_of_change(row),
            help=" · ".join(_about(view, row)) or None,
        )
        if course := _course(view, row):
            st.html(course)


def _name(view: View, row: dict[str, Any]) -> str:
    if title := row.get("title"):
        return plain_text(view.texts.value("figure_title", title))
    return view.texts.value("figure", row["figure"])


def _course(view: View, row: dict[str, Any]) -> str:
    """The small line, or nothing where there is no course."""
    values = pandas.Series(row.get("course"), dtype="float64")
    known = values.dropna()
    if known.empty:
        return ""
    told = {"first": known.iloc[0], "last": known.iloc[-1], "lowest": known.min(), "highest": known.max()}
    words = view.texts("common.course", **{name: view.numbers.written(told[name], row["unit"]) for name in told})
    return small_line(values.tolist(), _OF_CHANGE[colour_of_change(row)], words)


def _about(view: View, row: dict[str, Any]) -> list[str]:
    meaning = f"values.figure_meaning.{row['figure']}"
    about = [view.texts(meaning)] if view.texts.has(meaning) else []
    if definition := row.get("definition"):
        about.append(plain_text(view.texts.declared(definition)))
    if not pandas.isna(row.get("month")):
        about.append(view.numbers.month(row["month"]))
    interval = view.numbers.interval(row.get("lower_value"), row.get("upper_value"), row["unit"])
    if interval:
        about.append(view.texts("common.interval", interval=interval))
    return about


def colour_of_change(row: dict[str, Any]) -> Literal["blue", "orange", "gray"]:
    """Blue for the better, orange for the worse, grey where neither is better."""
    now, before, better = row["value"], row.get("value_year_before"), row.get("better_is") or "more"
    if pandas.isna(now) or pandas.isna(before) or better == "neither" or now == before:
        return "gray"
    return "blue" if (now > before) == (better == "more") else "orange"
