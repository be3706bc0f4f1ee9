"""A table of rows, with headings and units told from the names of its columns."""

from __future__ import annotations

from typing import Any

import pandas
import streamlit as st

from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts

_ROW_PIXELS, _ROWS_SHOWN = 35, 12
_SHARES = ("_share", "_probability")
_LINE_PIXELS = 20
# What is read as a sentence needs room.
_SENTENCES = ("sentence", "reason", "reasons", "words", "description", "first_step")
_SENTENCE_PIXELS, _BROKEN_SENTENCE_PIXELS = 560, 360


def show_table(
    frame: pandas.DataFrame,
    texts: Texts,
    numbers: Numbers,
    *,
    key: str,
    alt: str,
    lines: int = 1,
    choose: bool = False,
) -> int | None:
    """Show rows to sort, search and download; named values in the reader's words.

    Parameters
    ----------
    alt
        What the table shows, for who cannot see it.
    lines
        How many lines a row has room for; from two on, sentences are broken and can be read to their end.
    choose
        Whether a row can be chosen.

    Returns
    -------
    int | None
        The position of the row that the reader has chosen.
    """
    row_pixels = _ROW_PIXELS + _LINE_PIXELS * (lines - 1)
    height = row_pixels * min(len(frame), max(_ROWS_SHOWN // lines, 4)) + _ROW_PIXELS + 3
    shown: Any = st.dataframe(
        in_words(frame, texts),
        hide_index=True,
        height=height,
        row_height=row_pixels,
        column_config={name: _column(name, frame[name], texts, numbers, lines) for name in frame.columns},
        key=key,
        on_select="rerun" if choose else "ignore",
        selection_mode="single-row",
        placeholder="",
        alt=alt,
    )
    return next(iter(shown.selection.rows), None) if choose else None


def in_words(frame: pandas.DataFrame, texts: Texts) -> pandas.DataFrame:
    """Return the rows with the values that the catalogue names in the reader's words."""
    named = {
        name: frame[name].map(lambda value, kind=name: value if pandas.isna(value) else texts.value(kind, value))
        for name in frame.select_dtypes(["object", "string"]).columns
        if texts.names_values_of(name)
    }
    return frame.assign(**named)


def _column(name: str, values: pandas.Series, texts: Texts, numbers: Numbers, lines: int) -> Any:
    label = texts.column(name)
    if pandas.api.types.is_bool_dtype(values):
        return st.column_config.CheckboxColumn(label)
    if pandas.api.types.is_datetime64_any_dtype(values):
        whole_days = not name.endswith("_at")
        return st.column_config.DatetimeColumn(label, format="YYYY-MM-DD" if whole_days else "YYYY-MM-DD HH:mm")
    if not pandas.api.types.is_numeric_dtype(values):
        room = _SENTENCE_PIXELS if lines == 1 else _BROKEN_SENTENCE_PIXELS
        return st.column_config.TextColumn(label, width=room if name.endswith(_SENTENCES) else None)
    if name.endswith(_SHARES) or name == "share":
        return st.column_config.NumberColumn(f"{label}, %", format="percent")
    if "amount" in name:
        unit = f", {numbers.currency}" if numbers.currency else ""
        return st.column_config.NumberColumn(f"{label}{unit}", format="accounting")
    return st.column_config.NumberColumn(label, format="localized")
