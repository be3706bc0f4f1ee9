"""A button that hands rows out as a file."""

from __future__ import annotations

from collections.abc import Callable

import pandas
import streamlit as st

from dashboard.base.csv_files import csv_of
from dashboard.view import View


def offer_csv(view: View, rows: pandas.DataFrame | Callable[[], pandas.DataFrame], name: str) -> None:
    """Offer rows as CSV. The file is made when somebody asks for it.

    Parameters
    ----------
    rows
        The rows, or what asks for them when the file is wanted.
    name
        What the rows are, such as ``act_today/call_personally``; the file's name tells it with source and date.
    """
    version = view.version
    st.download_button(
        view.texts("common.download"),
        lambda: csv_of(rows() if callable(rows) else rows),
        file_name=f"{version.source}-{version.as_of_date}-{name.replace('/', '-')}.csv",
        mime="text/csv",
        key=f"{name}/download",
        on_click="ignore",
        icon=":material/download:",
    )
