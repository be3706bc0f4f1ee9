"""Voice: what customers say, how they feel, and what those said who left."""

from __future__ import annotations

import streamlit as st

from dashboard.charts import voice as charts
from dashboard.picture import show_picture, show_rows
from dashboard.tiles import show_tiles
from dashboard.view import View

_NPS_CUTS = ("segment", "product_group", "month")


def show(view: View) -> None:
    """Lay out the page."""
    if not show_tiles(view, "voice/standing"):
        return
    _show_months(view)
    show_rows(view, "voice/themes")
    show_picture(view, "voice/left_after", charts.left_after)
    cut = st.segmented_control(
        view.texts("voice.nps_by"),
        _NPS_CUTS,
        default="segment",
        required=True,
        format_func=lambda name: view.texts.value("cut_by", name),
        key="nps_by",
    )
    show_picture(view, "voice/nps", charts.nps, cut_by=cut)
    show_picture(view, "voice/satisfaction", charts.satisfaction)
    show_rows(view, "voice/languages")


def _show_months(view: View) -> None:
    """The months of all texts, or of what the reader chooses."""
    choices = [(cut, value) for cut, value, _ in view.ask("voice/cuts").itertuples(index=False)]
    chosen = ("all", "all")
    if choices:
        place = st.selectbox(
            view.texts("voice.texts_of"), range(len(choices)), format_func=lambda index: _name(view, choices[index])
        )
        chosen = choices[place]
    show_picture(view, "voice/months", charts.by_month, cut_by=chosen[0], cut_value=chosen[1])


def _name(view: View, choice: tuple[str, str]) -> str:
    cut, value = choice
    kind = view.texts.value("cut_by", cut)
    return kind if cut == "all" else f"{kind}: {value}"
