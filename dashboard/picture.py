"""A picture on a page: its question as a heading, one sentence, the chart, and behind it the table and the SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair
import pandas
import streamlit as st

from dashboard.base.numbers import Numbers
from dashboard.base.questions import places_of
from dashboard.base.texts import Texts
from dashboard.chart import show_chart
from dashboard.table import show_table
from dashboard.view import View

Draw = Callable[[pandas.DataFrame, Texts, Numbers], altair.Chart | altair.LayerChart | altair.HConcatChart]


def show_picture(view: View, question: str, draw: Draw, **values: Any) -> None:
    """Show the answer of a question as a picture.

    Its texts are ``<page>.<picture>.title`` and ``.note``; ``.nothing`` says what to bring where there are no rows.

    Parameters
    ----------
    draw
        From the answer to a chart, in the reader's words.
    values
        Further values that the question takes.
    """
    frame = heading(view, question, **values)
    if frame.empty:
        return
    name = question.replace("/", ".")
    alt = f"{title_of(view, question)} {view.texts(f'{name}.note')}"
    show_chart(draw(frame, view.texts, view.numbers), key=question, alt=alt)
    show_behind(view, question, frame, **values)


def show_rows(view: View, question: str, lines: int = 1, /, **values: Any) -> None:
    """Show the answer of a question as a table, its rows of so many lines."""
    frame = heading(view, question, **values)
    if frame.empty:
        return
    show_table(frame, view.texts, view.numbers, key=question, alt=title_of(view, question), lines=lines)
    show_sql(view, question, **values)


def title_of(view: View, question: str) -> str:
    """Return the heading of a question."""
    return view.texts(f"{question.replace('/', '.')}.title")


def heading(view: View, question: str, **values: Any) -> pandas.DataFrame:
    """Write title and note of a question, or what to bring where nothing answers it; return the answer."""
    frame = view.ask(question, **values)
    st.header(title_of(view, question), anchor=question.split("/")[1])
    if frame.empty:
        st.info(_what_is_missing(view, question), icon=":material/inbox:")
    else:
        st.caption(view.texts(f"{question.replace('/', '.')}.note"))
        _say_what_does_not_narrow(view, question)
    return frame


def show_behind(view: View, question: str, frame: pandas.DataFrame, **values: Any) -> None:
    """Offer the table and the SQL behind a picture; both are sent when somebody opens them."""
    behind = st.expander(view.texts("common.behind"), key=f"{question}/behind", on_change="rerun")
    if behind.open:
        with behind:
            alt = title_of(view, question)
            show_table(frame, view.texts, view.numbers, key=f"{question}/table", alt=alt)
            st.code(view.sql(question, **values), language="sql")


def show_sql(view: View, question: str, **values: Any) -> None:
    """Offer the SQL behind rows that are shown already."""
    behind = st.expander(view.texts("common.sql"), key=f"{question}/behind", on_change="rerun")
    if behind.open:
        with behind:
            st.code(view.sql(question, **values), language="sql")


def _what_is_missing(view: View, question: str) -> str:
    page, _ = question.split("/")
    for name in (f"{question.replace('/', '.')}.nothing", f"{page}.nothing"):
        if view.texts.has(name) and not view.filters.narrows:
            return view.texts(name)
    return view.texts("common.nothing_narrowed" if view.filters.narrows else "common.nothing")


def _say_what_does_not_narrow(view: View, question: str) -> None:
    left = [view.texts(f"common.{kind}") for kind in view.filters.not_taken_by(places_of(question))]
    if left:
        st.caption(view.texts("common.not_narrowed_by", names=", ".join(left)))
