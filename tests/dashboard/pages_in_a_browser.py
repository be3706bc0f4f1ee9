"""What must be true of every page in a browser, whatever is published."""

from __future__ import annotations

from dashboard.base.texts import LANGUAGES, Texts
from dashboard.menu import PAGES
from tests.dashboard.browser import Visit


def open_all(visited: Visit) -> None:
    """Open every page."""
    for name in PAGES:
        visited.open(name)


def assert_quiet(visited: Visit) -> None:
    """No error in the console, no failure on a page, no request that leaves the machine, no data was run."""
    assert visited.complaints == []
    assert visited.page.evaluate("window.hit") is None


def assert_both_languages(visited: Visit) -> None:
    """Switched to Chinese in place, a page further on still, and back."""
    for now, then, name in (("en", "zh", "overview"), ("zh", "en", "trust")):
        visited.open(name, now)
        choice = visited.page.get_by_role("combobox", name=Texts(now)("common.language"))
        choice.focus()  # it lies at the foot: a click would scroll, and scrolling closes the list
        choice.press("ArrowDown")
        visited.page.get_by_role("option", name=LANGUAGES[then]).click()
        visited.page.get_by_role("heading", name=Texts(then)(f"{name}.title"), exact=True).wait_for()
        visited.settle()


def open_and_find(visited: Visit, name: str, text: str) -> None:
    """Open a page, and wait until a text stands on it."""
    visited.open(name)
    visited.page.get_by_test_id("stMain").get_by_text(text).first.wait_for(timeout=60_000)
