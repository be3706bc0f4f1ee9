"""The catalogue of words: the same in every language, and nothing asked for that it lacks."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from dashboard.base.questions import SQL_FOLDER
from dashboard.base.texts import LANGUAGES, Texts, catalogue
from dashboard.menu import PAGES
from warehouse.dictionary.table_page import in_words
from warehouse.jobs.registry import job_specs

_DASHBOARD = Path(SQL_FOLDER).parent
_PLACES = re.compile(r"\{(\w+)")
# Words of a language need not be said in it again: the data's own values, columns that read well as they are, and
# sentences that are declared in English elsewhere.
_OWN = ("values.", "columns.", "declared.")
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


def test_what_is_declared_in_english_is_said_in_chinese_and_nothing_else() -> None:
    jobs = {sentence for spec in job_specs() for sentence in (in_words(spec), *spec.limits)}
    seeds = _DASHBOARD.parent / "dbt_project" / "seeds" / "kpi_definitions.csv"
    with seeds.open(encoding="utf-8", newline="") as file:
        headlines = re.findall(r"'(\w+)'", (SQL_FOLDER / "overview" / "kpis.sql").read_text(encoding="utf-8"))
        figures = {row["definition"] for row in csv.DictReader(file) if row["name"] in headlines}
    assert len(figures) == 12
    said = {name.removeprefix("declared.") for name in catalogue("zh") if name.startswith("declared.")}
    assert (jobs | figures) - said == set()
    assert said - (jobs | figures) == set()


def test_a_sentence_nobody_has_translated_is_shown_as_it_is() -> None:
    limit = "Contracts that have ended get no score."
    assert Texts("en").declared(limit) == limit
    assert Texts("zh").declared(limit) == "已终止的合约没有评分。"
    assert Texts("zh").declared("Something new.") == "Something new."
