"""Values in Markdown are read as they are, by every reader, wherever they stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile_values import HOSTILE, shown_as_html
from warehouse.base.markdown import plain, table

SIGNS = st.text(alphabet="ab1 <>&;#/!\\`*_[]()|~+-=.:@\"'{}$\n", max_size=30)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_is_read_as_it_is(value: str) -> None:
    pages = [
        f"{plain(value)}\n",
        f"Reason: {plain(value)}\n",
        f"- {plain(value)}\n",
        f"- passed: name ({plain(value)})\n",
    ]
    for markdown in pages:
        for page in shown_as_html(markdown):
            assert page.tags <= {"p", "ul", "li"}
            assert value in page.text
            assert not page.dangers


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_stays_in_its_cell(value: str) -> None:
    for page in shown_as_html("\n".join(table(("a", value), [(value, "x"), ("y", value)]))):
        assert page.tags == {"table", "thead", "tbody", "tr", "th", "td"}
        assert page.text.count(value) == 3
        assert not page.dangers


@settings(max_examples=400, deadline=None)
@given(SIGNS.filter(str.strip))
def test_no_text_of_signs_becomes_markup(value: str) -> None:
    words = " ".join(value.split())
    for page in shown_as_html(f"{plain(value)}\n"):
        assert page.tags == {"p"}
        assert page.text == words
    for page in shown_as_html("\n".join(table(("one", "two"), [(value, value)]))):
        assert page.tags == {"table", "thead", "tbody", "tr", "th", "td"}
        assert page.text.split() == ["one", "two", *words.split(), *words.split()]


def test_ordinary_words_and_figures_are_not_cluttered() -> None:
    told = "days_since_last_order: p < 0.5, 3 - 2 = 1, (AUC 0.80); a.b, 12 % & more"
    assert plain(told) == told
    assert (plain(1234567), plain(True), plain(None), plain("1,5")) == ("1,234,567", "True", "", "1,5")
