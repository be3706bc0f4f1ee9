"""Contracts: recurring revenue, what moves it, and what is about to end."""

from __future__ import annotations

from dashboard.charts import contracts as charts
from dashboard.download import offer_csv
from dashboard.moving import to_page
from dashboard.picture import heading, show_picture, show_sql, title_of
from dashboard.table import show_table
from dashboard.tiles import show_tiles
from dashboard.view import View

_ROWS_SHOWN, _ROWS_HANDED_OUT = 300, 200_000
_LINES = 3


def show(view: View) -> None:
    """Lay out the page."""
    if not show_tiles(view, "contracts/headline"):
        return
    show_picture(view, "contracts/movements", charts.movements)
    show_picture(view, "contracts/ending", charts.ending)
    _show_list(view)
    show_picture(view, "contracts/rates", charts.rates)
    show_picture(view, "contracts/plans", charts.plans)
    show_picture(view, "contracts/survival", charts.survival)


def _show_list(view: View) -> None:
    """Show, hand out, and open the contracts that are expected to cost the most."""
    question = "contracts/list"
    frame = heading(view, question, row_count=_ROWS_SHOWN)
    if frame.empty:
        return
    rows = frame.dropna(axis="columns", how="all")
    alt = title_of(view, question)
    chosen = show_table(rows, view.texts, view.numbers, key=question, alt=alt, lines=_LINES, choose=True)
    if chosen is not None:
        to_page("one_customer", customer=frame["customer_id"].iloc[chosen])
    offer_csv(view, lambda: view.ask(question, row_count=_ROWS_HANDED_OUT), question)
    show_sql(view, question, row_count=_ROWS_SHOWN)
