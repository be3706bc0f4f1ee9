"""What a reader chooses within a page, besides the filters of the side bar."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.view import View


def choose(view: View, kind: str, options: Sequence[str], key: str) -> str:
    """Let the reader choose one of the options, named by the catalogue's values of a kind; the first by default."""
    if len(options) == 1:
        return options[0]
    return st.selectbox(
        view.texts.column(kind), options, format_func=lambda option: view.texts.value(kind, option), key=key
    )
