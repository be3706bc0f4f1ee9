"""Segments and lifecycle: who the customers are, in which stage they are, and how they move."""

from __future__ import annotations

import streamlit as st

from dashboard.base.plain_text import plain_text
from dashboard.charts import segments as charts
from dashboard.picture import show_picture
from dashboard.view import View


def show(view: View) -> None:
    """Lay out the page."""
    _say_the_answer(view)
    show_picture(view, "segments/overview", charts.overview)
    show_picture(view, "segments/stages", charts.stages)
    left, right = st.columns(2, gap="large")
    with left:
        show_picture(view, "segments/stage_moves", charts.stage_moves)
    with right:
        show_picture(view, "segments/rates", charts.rates)
    show_picture(view, "segments/rfm_grid", charts.rfm_grid)
    show_picture(view, "segments/rfm_moves", charts.rfm_moves)
    show_picture(view, "segments/sizes", charts.sizes)
    show_picture(view, "segments/segment_moves", charts.segment_moves)


def _say_the_answer(view: View) -> None:
    """Name the largest segment and the one that brings the most."""
    rows, write = view.ask("segments/overview"), view.numbers
    if rows.empty:
        return
    largest = rows.iloc[0]
    words = [
        view.texts(
            "segments.largest",
            name=plain_text(largest["segment_name"]),
            count=write.count(largest["customer_count"]),
            share=plain_text(write.share(largest["customer_share"])),
        )
    ]
    with_money = rows.dropna(subset=["net_share"]).sort_values("net_share", ascending=False)
    if len(with_money):
        richest = with_money.iloc[0]
        words.append(
            view.texts(
                "segments.richest",
                name=plain_text(richest["segment_name"]),
                customers=plain_text(write.share(richest["customer_share"])),
                money=plain_text(write.share(richest["net_share"])),
            )
        )
    st.markdown(" ".join(words))
