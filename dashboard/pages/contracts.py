"""Contracts: recurring revenue, what moves it, and what is about to end."""

from __future__ import annotations

from dashboard.charts import contracts as charts
from dashboard.picture import show_picture
from dashboard.tiles import show_tiles
from dashboard.view import View


def show(view: View) -> None:
    """Lay out the page."""
    if not show_tiles(view, "contracts/headline"):
        return
    show_picture(view, "contracts/movements", charts.movements)
    show_picture(view, "contracts/ending", charts.ending)
    show_picture(view, "contracts/rates", charts.rates)
    show_picture(view, "contracts/plans", charts.plans)
    show_picture(view, "contracts/survival", charts.survival)
