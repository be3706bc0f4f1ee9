"""The catalogue names every value that the product itself writes, in each language, held to its own lists of them."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from dashboard.base.questions import SQL_FOLDER
from dashboard.base.texts import LANGUAGES, catalogue
from ml.configuration import load_configuration
from ml.explanations.configuration import FairnessConfiguration
from ml.explanations.fairness import EVERYONE, SMALL_GROUPS
from warehouse.base.settings import CHECKOUT
from warehouse.jobs.registry import job_specs

_MARTS = CHECKOUT / "dbt_project" / "models"
_CASE = re.compile(r"\bcase\b((?:(?!\bcase\b|\bend\b).)*)\bend\s+as\s+(\w+)", re.DOTALL | re.IGNORECASE)
_OUTCOME = re.compile(r"\b(?:then|else)\s+'([^']*)'", re.IGNORECASE)
_ALONE = re.compile(r"'([^'{}|]*)'(?:::varchar)?\s+as\s+(\w+)")
_LISTED = re.compile(r"unnest\(\[([^\]]*)\]\)\s+as\s+(\w+)")
# Columns of questions for which the patterns find something else: half a name, a condition, parts of the ledger.
_ELSEWHERE = {"place", "may_be_contacted", "part"}

# Of lists of choices, and of headline figures, which are shown as `figure`.
_NOT_SHOWN = {"kind", "name"}


def written_in_sql(*folders: Path) -> dict[str, set[str]]:
    """The texts that statements write into columns, by column."""
    found: dict[str, set[str]] = defaultdict(set)
    for folder in folders:
        for file in sorted(folder.rglob("*.sql")):
            text = re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8"))
            for branches, column in _CASE.findall(text):
                found[column].update(_OUTCOME.findall(branches))
            for value, column in _ALONE.findall(text):
                found[column].add(value)
            for values, column in _LISTED.findall(text):
                found[column].update(re.findall(r"'([^']*)'", values))
    return found


def accepted_by_dbt() -> dict[str, set[str]]:
    """The only values that dbt's tests let pass, by column."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in _MARTS.rglob("*.yml"):
        for model in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("models", ()):
            for column in model.get("columns", ()):
                for test in column.get("data_tests", ()):
                    if isinstance(test, dict) and "accepted_values" in test:
                        found[column["name"]].update(test["accepted_values"]["arguments"]["values"])
    return found


def age_groups() -> set[str]:
    """As the groups of customers are called, from the ages at which they begin."""
    starts = load_configuration(FairnessConfiguration, "fairness").age_group_starts
    between = {f"{start} to {end - 1}" for start, end in pairwise(starts)}
    return {f"under {starts[0]}", *between, f"{starts[-1]} and over"}


def genders() -> set[str]:
    """Those that a file may state."""
    contract = yaml.safe_load((CHECKOUT / "warehouse" / "tables" / "contract.yml").read_text(encoding="utf-8"))
    [stated] = [
        table["columns"]["gender"]["allowed"]
        for table in contract["tables"].values()
        if "gender" in table.get("columns", {})
    ]
    return set(stated)


def declared() -> dict[str, set[str]]:
    """What is declared elsewhere, by column."""
    return {
        "job": {spec.name for spec in job_specs()},
        "figure": written_in_sql(SQL_FOLDER)["name"],
        "metric_name": {name for spec in job_specs() for name in spec.figures},
        "group_value": {EVERYONE, SMALL_GROUPS, "unknown", *age_groups(), *genders()},
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_that_the_product_writes_has_a_name(language: str) -> None:
    names = catalogue(language)
    kinds = {name.split(".")[1] for name in names if name.startswith("values.")} - _ELSEWHERE
    asked = {word for file in SQL_FOLDER.rglob("*.sql") for word in re.findall(r"\w+", file.read_text("utf-8"))}
    lists = [written_in_sql(_MARTS, SQL_FOLDER), accepted_by_dbt(), declared()]
    missing = {
        f"{kind}.{value}"
        for values in lists
        for kind in kinds & asked & values.keys() | declared().keys() & values.keys()
        for value in values[kind]
        if value and f"values.{kind}.{value}" not in names
    }
    assert missing == set()
    assert sum(len(values[kind]) for values in lists for kind in kinds & values.keys()) > 150


def test_whatever_the_questions_write_into_a_column_has_names() -> None:
    kinds = {name.split(".")[1] for name in catalogue("zh") if name.startswith("values.")}
    assert {column for column, values in written_in_sql(SQL_FOLDER).items() if values} - kinds == _NOT_SHOWN


def test_both_languages_name_the_same_values() -> None:
    english, chinese = (
        {name for name in catalogue(language) if name.startswith("values.")} for language in ("en", "zh")
    )
    assert english - chinese == set()
