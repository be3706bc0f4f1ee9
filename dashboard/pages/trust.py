"""Trust: what was checked, what was kept out, where the money of the files is, and what was published."""

from __future__ import annotations

import pandas
import streamlit as st

from dashboard.charts import trust as charts
from dashboard.picture import show_picture, show_rows
from dashboard.tiles import show_tiles
from dashboard.view import View

_HALF_A_CENT = 0.005


def show(view: View) -> None:
    """Lay out the page."""
    place = st.container()
    figures = show_tiles(view, "trust/standing")
    with place:
        _say_verdict(view, figures)
    show_picture(view, "trust/bridge", charts.bridge)
    show_rows(view, "trust/broken_rules")
    show_rows(view, "trust/gates")
    show_rows(view, "trust/kept_out")
    show_rows(view, "trust/publications")
    show_rows(view, "trust/files")
    show_rows(view, "trust/identity")


def _say_verdict(view: View, figures: dict[str, float]) -> None:
    """One sentence: whether critical rules hold and every amount is explained."""
    texts, write = view.texts, view.numbers
    broken, unexplained = figures["broken_critical_rule_count"], figures["unexplained_amount"]
    if not figures["critical_rule_count"]:
        st.warning(texts("trust.verdict.unchecked"), icon=":material/help:")
    elif broken or (not pandas.isna(unexplained) and unexplained > _HALF_A_CENT):
        words = texts("trust.verdict.bad", broken=write.count(broken), amount=write.written(unexplained, "amount"))
        st.error(words, icon=":material/error:")
    else:
        words = texts(
            "trust.verdict.good",
            rules=write.count(figures["critical_rule_count"]),
            warnings=write.count(figures["raised_warning_count"]),
            share=write.written(figures["kept_out_share"], "share"),
        )
        st.info(words, icon=":material/verified:")
