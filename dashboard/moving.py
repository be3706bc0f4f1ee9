"""From a row of one page to another page, such as a customer's own."""

from __future__ import annotations

import streamlit as st


def to_page(name: str, **values: str) -> None:
    """Open a page with values in its address, and end this page view."""
    # A page is known by its path; the function is never called.
    st.switch_page(st.Page(lambda: None, title=name, url_path=name), query_params=values)
