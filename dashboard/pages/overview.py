"""Overview: how the business stands, what is at risk, whether the data can be trusted."""

from __future__ import annotations

import streamlit as st

from dashboard.charts import overview as charts
from dashboard.picture import show_picture, show_rows
from dashboard.since import show_since
from dashboard.tiles import show_tiles
from dashboard.view import View


def show(view: View) -> None:
    """Lay out the page."""
    show_tiles(view, "overview/kpis")
    show_since(view)
    show_picture(view, "overview/new_and_returning", charts.new_and_returning)
    left, right = st.columns(2, gap="large")
    with left:
        show_picture(view, "overview/at_risk", charts.at_risk)
    with right:
        show_rows(view, "overview/health")
