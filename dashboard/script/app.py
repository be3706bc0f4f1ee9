"""The script that Streamlit runs for each page view: the menu in the reader's words, then the chosen page."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from dashboard.base.texts import Texts
from dashboard.frame import chosen_language, set_style
from dashboard.menu import FIRST_PAGE, ICONS, MENU
from dashboard.page_view import show_page

_ICON = Path(__file__).resolve().parents[1] / "icon.svg"


def run() -> None:
    """Show the chosen page of the chosen version."""
    texts = Texts(chosen_language())
    st.set_page_config(page_title="Clientele", page_icon=str(_ICON), layout="wide")
    set_style()
    pages = {
        texts(f"common.groups.{group}"): [
            st.Page(
                partial(show_page, name, texts),
                title=texts(f"{name}.menu"),
                icon=ICONS[name],
                url_path=name,
                default=name == FIRST_PAGE,
            )
            for name in names
        ]
        for group, names in MENU.items()
    }
    st.navigation(pages, expanded=True).run()


run()
