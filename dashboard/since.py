"""What has arrived since the live version was made: a section that is there only when there is something."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

import duckdb
import pandas
import streamlit as st

from dashboard.base.questions import answer
from dashboard.charts.since import sales
from dashboard.picture import show_picture
from dashboard.tiles import show_tiles
from dashboard.view import View
from warehouse.arrivals.since_file import open_since

_LOOK_EVERY = "30s"


@dataclass(frozen=True)
class SinceView(View):
    """Asks the file beside the versions, which changes every minute: nothing of it is kept."""

    def ask(self, question: str, **values: Any) -> pandas.DataFrame:
        """Return the answer of a question such as ``since/figures``; no rows where the file cannot be read."""
        with open_since(self.settings) as connection:
            try:
                return answer(connection, question, values) if connection else pandas.DataFrame()
            except (duckdb.CatalogException, duckdb.BinderException):  # written by another release
                return pandas.DataFrame()


def show_since(view: View) -> None:
    """Show the section, and look again every half a minute as long as the page is open."""
    if view.version.is_live and view.settings.since_file.exists():
        _section(SinceView(**{field.name: getattr(view, field.name) for field in fields(View)}))


@st.fragment(run_every=_LOOK_EVERY)
def _section(view: SinceView) -> None:
    found = view.ask("since/standing")
    if found.empty or found["published_version"][0] != view.version.name:
        return  # a look is due: the file tells of another version
    row = found.iloc[0]
    if not row["file_count"] + row["left_file_count"] + row["order_count"]:
        return
    show_tiles(view, "since/figures")
    for line in _lines(view, row):
        st.caption(line)
    if not view.ask("since/sales").empty:
        show_picture(view, "since/sales", sales)


def _lines(view: SinceView, row: pandas.Series) -> list[str]:
    count, texts = view.numbers.count, view.texts
    lines = []
    if row["file_count"]:
        age = view.numbers.age(row["last_arrived_at"], datetime.now(UTC).replace(tzinfo=None))
        files, rows, kept_out = (count(row[name]) for name in ("file_count", "rows_read", "rows_quarantined"))
        lines.append(texts("since.seen", age=age, files=files, rows=rows, kept_out=kept_out))
    if row["changed_order_count"]:
        lines.append(texts("since.changed", count=count(row["changed_order_count"])))
    if row["left_file_count"]:
        lines.append(texts("since.left", count=count(row["left_file_count"])))
    return lines
