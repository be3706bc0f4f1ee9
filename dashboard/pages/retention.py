"""Retention: do customers come back, how soon, and with how much money."""

from __future__ import annotations

import streamlit as st

from dashboard.charts import retention as charts
from dashboard.picture import show_picture
from dashboard.tiles import show_tiles
from dashboard.view import View


def show(view: View) -> None:
    """Lay out the page."""
    if not show_tiles(view, "retention/headline"):
        return
    show_picture(view, "retention/repeat", charts.repeat)
    _show_cohorts(view)
    show_picture(view, "retention/cumulative", charts.cumulative)
    left, right = st.columns(2, gap="large")
    with left:
        show_picture(view, "retention/second_order", charts.second_order)
    with right:
        show_picture(view, "retention/second_order_by_channel", charts.second_order_by_channel)
    show_picture(view, "retention/loyalty", charts.loyalty)
    show_picture(view, "retention/frequency", charts.frequency)


def _show_cohorts(view: View) -> None:
    """In customers or in money; only the one that is looked at is drawn."""
    names = [view.texts("retention.in_customers"), view.texts("retention.in_money")]
    in_customers, in_money = st.tabs(names, key="cohorts", on_change="rerun")
    if in_customers.open:
        with in_customers:
            show_picture(view, "retention/cohorts", charts.cohorts)
    if in_money.open:
        with in_money:
            show_picture(view, "retention/cohorts_money", charts.cohorts_money)
