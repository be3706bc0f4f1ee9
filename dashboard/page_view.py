"""One page: which version it shows in which words, narrowed to what, then the page itself."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.base.filters import Filters
from dashboard.base.numbers import Numbers
from dashboard.base.questions import places_of_page
from dashboard.base.texts import Texts
from dashboard.base.versions import file_state
from dashboard.frame import choose_filters, choose_version, say_which_version, show_footer
from dashboard.view import View, find_version
from warehouse.base.browser_pages import browser_pages
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings


def show_page(name: str, texts: Texts) -> None:
    """Show a page by its name; what cannot be read is told on it."""
    settings = Settings()
    st.title(texts(f"{name}.title"), anchor=False)
    try:
        view = _view(settings, texts, name)
    except (ClienteleError, FileNotFoundError) as error:
        st.error(texts("common.unreadable", error=error))
        return
    if view is None:
        st.info(texts("common.nothing_published"), icon=":material/inbox:")
    else:
        say_which_version(texts, view.version)
        page: Any = importlib.import_module(f"dashboard.pages.{name}")
        page.show(view)
    show_footer(texts, browser_pages(settings))


def _view(settings: Settings, texts: Texts, page: str) -> View | None:
    versions, live = find_version(settings)
    if live is None:
        return None
    wanted = choose_version(texts, versions)
    version = next((version for version in versions if version.name == wanted), live)
    everything = View(settings, version, file_state(settings, version.name), Filters(), texts, Numbers(texts.language))
    currencies = everything.ask("common/currencies")["currency"].tolist()
    return replace(
        everything,
        filters=choose_filters(texts, places_of_page(page), everything.ask("common/choices")),
        numbers=Numbers(texts.language, currencies[0] if len(currencies) == 1 else ""),
    )
