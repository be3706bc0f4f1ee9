"""The catalogue of words: the same in every language, and nothing asked for that it lacks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard.base.questions import SQL_FOLDER
from dashboard.base.texts import LANGUAGES, Texts, catalogue
from dashboard.menu import PAGES

_DASHBOARD = Path(SQL_FOLDER).parent
_PLACES = re.compile(r"\{(\w+)")
# Words of a language need not be said in it again: the data's own values, and columns that read well as they are.
_OWN = ("values.", "columns.")
_LITERAL = re.compile(r"texts\(\s*\"([a-z_]+\.[a-z_.]+)\"")


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_every_text_is_there_in_every_language(language: str) -> None:
    english, other = catalogue("en"), catalogue(language)
    assert {name for name in english if not name.startswith(_OWN)} == {
        name for name in other if not name.startswith(_OWN)
    }


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_texts_have_the_same_places_in_every_language(language: str) -> None:
    english, other = catalogue("en"), catalogue(language)
    for name in english.keys() & other.keys():
        assert sorted(_PLACES.findall(english[name])) == sorted(_PLACES.findall(other[name])), name


def test_every_page_and_question_has_its_texts() -> None:
    texts = Texts("en")
    for page in PAGES:
        assert texts.has(f"{page}.menu") and texts.has(f"{page}.title"), page
        for file in (SQL_FOLDER / page).glob("*.sql"):
            assert texts.has(f"{page}.{file.stem}.title"), file
            assert texts.has(f"{page}.{file.stem}.note"), file


def test_texts_that_the_code_names_are_there() -> None:
    texts = Texts("en")
    named = {name for file in _DASHBOARD.rglob("*.py") for name in _LITERAL.findall(file.read_text(encoding="utf-8"))}
    assert len(named) > 10
    assert [name for name in sorted(named) if not texts.has(name)] == []


def test_an_unknown_value_is_shown_as_it_is() -> None:
    assert Texts("zh").value("churn_risk_band", "high") == "高风险"
    assert Texts("zh").value("country", "Atlantis") == "Atlantis"
    assert Texts("nobody's").language == "en"
