"""Value and acquisition: who brings the money, what is expected, and what winning customers costs."""

from __future__ import annotations

import streamlit as st

from dashboard.charts import value as charts
from dashboard.picture import show_picture
from dashboard.tiles import show_tiles
from dashboard.view import View


def show(view: View) -> None:
    """Lay out the page."""
    if not show_tiles(view, "value/headline"):
        return
    left, right = st.columns(2, gap="large")
    with left:
        show_picture(view, "value/concentration", charts.concentration)
    with right:
        show_picture(view, "value/tiers", charts.tiers)
    show_picture(view, "value/horizons", charts.horizons)
    show_picture(view, "value/channels", charts.channels)
    show_picture(view, "value/cost_by_month", charts.cost_by_month)
    show_picture(view, "value/payback", charts.payback)
