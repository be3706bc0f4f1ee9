"""Pages without a browser, as Streamlit runs them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from warehouse.base.settings import Settings


def what_they_say(settings: Settings, names: Sequence[str], language: str = "en") -> dict[str, list[str]]:
    """Return what pages tell beside their figures, such as what to bring, with the live version of a home.

    Raises
    ------
    AssertionError
        If one fails.
    """
    return {name: [told.value for told in page.info] for name, page in _opened(settings, names, language)}


def headings(settings: Settings, name: str, language: str = "en") -> list[str]:
    """Return the headings of a page, in their order."""
    [(_, found)] = [(name, [head.value for head in page.header]) for name, page in _opened(settings, [name], language)]
    return found


def _opened(settings: Settings, names: Sequence[str], language: str) -> Iterator[tuple[str, Any]]:
    import streamlit
    from streamlit.testing.v1 import AppTest

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLIENTELE_HOME", str(settings.home))
        # Streamlit makes a page the program that runs; processes that other tests start would begin with it.
        patch.setitem(sys.modules, "__main__", sys.modules["__main__"])
        page = AppTest.from_function(_page, default_timeout=60)
        for name in names:
            page.args = (name, language)
            page.run()
            assert [failure.message for failure in (*page.exception, *page.error)] == [], name
            yield name, page
    streamlit.cache_resource.clear()  # files are held open


def _page(name: str, language: str) -> None:
    from dashboard.base.texts import Texts
    from dashboard.page_view import show_page

    show_page(name, Texts(language))
