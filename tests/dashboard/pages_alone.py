"""Pages without a browser, as Streamlit runs them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest

from warehouse.base.settings import Settings


def what_they_say(settings: Settings, names: Sequence[str], language: str = "en") -> dict[str, list[str]]:
    """Return what pages tell beside their figures, such as what to bring, with the live version of a home.

    Raises
    ------
    AssertionError
        If one fails.
    """
    import streamlit
    from streamlit.testing.v1 import AppTest

    said = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLIENTELE_HOME", str(settings.home))
        # Streamlit makes a page the program that runs; processes that other tests start would begin with it.
        patch.setitem(sys.modules, "__main__", sys.modules["__main__"])
        page = AppTest.from_function(_page, default_timeout=60)
        for name in names:
            page.args = (name, language)
            page.run()
            assert [failure.message for failure in (*page.exception, *page.error)] == [], name
            said[name] = [told.value for told in page.info]
    streamlit.cache_resource.clear()  # files are held open
    return said


def _page(name: str, language: str) -> None:
    from dashboard.base.texts import Texts
    from dashboard.page_view import show_page

    show_page(name, Texts(language))
