"""What must be true of every page in a browser, whatever is published; and who looks at it, changed in place."""

from __future__ import annotations

from contextlib import suppress

from dashboard.base.texts import LANGUAGES, Texts
from tests.dashboard.browser import Visit

# The text of the option on which the keys have arrived.
_CHOSEN_BY_KEYS = """() => {
  const option = document.activeElement.getAttribute("aria-activedescendant");
  return option && document.getElementById(option).innerText.trim();
}"""
# A page that is still being drawn closes a list that has just been opened: who sees none presses again.
_PRESSES, _PATIENCE_MS = 4, 8_000
_PHONE = {"width": 390, "height": 844}


def assert_quiet(visited: Visit) -> None:
    """No error in the console, no failure on a page, no request that leaves the machine, no data was run."""
    assert visited.complaints == []
    assert visited.page.evaluate("window.hit") is None


def switch_language(visited: Visit, name: str, language: str) -> None:
    """Choose another language on a page that is open, by keys alone: it changes in place."""
    from playwright.sync_api import TimeoutError

    choice = visited.page.get_by_role("combobox", name=Texts(visited.language)("common.language"))
    names = list(LANGUAGES)
    towards = "ArrowDown" if names.index(language) > names.index(visited.language) else "ArrowUp"
    wanted = visited.page.get_by_role("option", name=LANGUAGES[language])
    for _ in range(_PRESSES):
        choice.press(towards)
        with suppress(TimeoutError):
            wanted.wait_for(timeout=_PATIENCE_MS)
            break
    for _ in LANGUAGES:
        if visited.page.evaluate(_CHOSEN_BY_KEYS) == LANGUAGES[language]:
            break
        choice.press(towards)
    choice.press("Enter")
    visited.page.get_by_role("heading", name=Texts(language)(f"{name}.title"), exact=True).wait_for()
    visited.language = language
    visited.settle()


def take_a_phone_in_the_dark(visited: Visit) -> None:
    """Narrow the window to that of a phone that shows everything dark."""
    visited.page.set_viewport_size(_PHONE)
    visited.page.emulate_media(color_scheme="dark")
    visited.page.get_by_test_id("stExpandSidebarButton").wait_for()
