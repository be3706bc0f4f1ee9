"""Features are declared once, beside their columns; what cannot be meant is refused in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment

from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.errors import SettingsError
from warehouse.dictionary.described import described_tables
from warehouse.tables.features import MARTS, declared_features, declared_topics, grows_with_calendar

MART_FOLDER = DBT_PROJECT / "models" / "marts"


def changed(folder: Path, column: str, change, mart: str = "customer_features") -> Path:
    """A folder in which one column of a features mart says something else."""
    content = yaml.safe_load((MART_FOLDER / f"{mart}.yml").read_text(encoding="utf-8"))
    columns = {one["name"]: one for one in content["models"][0]["columns"]}
    change(columns[column])
    (folder / f"{mart}.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder


def test_a_column_that_does_not_say_whether_it_is_a_feature_is_refused(tmp_path: Path):
    folder = changed(tmp_path, "order_count", lambda column: column.pop("config"))
    with pytest.raises(SettingsError, match="order_count must say") as told:
        declared_features("customers", folder)
    assert "customer_features.yml" in told.value.message
    assert "adding-a-feature" in str(told.value)


def test_a_declaration_without_a_column_cannot_be_written(tmp_path: Path):
    """It stands in its column's own entry; what it names besides must be there."""

    def names_another(column: dict) -> None:
        column["config"]["meta"]["feature"]["words"] = ["{value} of {shoe_size}"]

    with pytest.raises(SettingsError, match="words name shoe_size, which is no feature"):
        declared_features("customers", changed(tmp_path, "order_count", names_another))


@pytest.mark.parametrize(
    ("column", "entry", "words"),
    [
        ("age_years", {"missing": "guess"}, "age_years"),
        ("age_years", {"because": ""}, "because"),
        ("age_years", {"missing": "constant"}, "`constant` goes with"),
        ("age_years", {"missing": "knn", "neighbour_count": 5}, "`near_by` go with"),
        ("age_years", {"winsorise": [0.9, 0.99]}, "a quantile below 0.5"),
        ("age_years", {"missing": "drop"}, "is the rule of what the mart promises"),
        ("order_count", {"missing": "mean"}, "is the rule of what the mart promises"),
        ("gender", {"missing": "median"}, "it holds texts"),
        ("gender", {"min": 0}, "it holds texts"),
        ("days_since_registration", {"near_by": ["country"]}, "cannot go by country"),
        ("age_years", {"colour": "red"}, "colour"),
        ("age_years", {"more_means": "trouble"}, "more_means"),
        ("gender", {"more_means": "staying"}, "of which there is no more"),
        ("order_gap_ratio", {"usual": [2, 1]}, "a value and a larger one"),
        ("age_years", {"usual": [1, 2]}, "goes with `more_means`"),
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused_in_words(tmp_path: Path, column: str, entry: dict, words: str):
    folder = changed(tmp_path, column, lambda found: found["config"]["meta"]["feature"].update(entry))
    with pytest.raises(SettingsError, match=words) as told:
        declared_features("customers", folder)
    assert f"{column}: " in told.value.message


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ({"words": "{shoe_size}"}, "topic buying names shoe_size, which is no feature"),
        ({"words": "x", "if_all": ["tenure_days"]}, "goes by tenure_days, which does not say what more of it means"),
        ({"words": "x", "if_any": ["order_count"]}, "if_any"),
        ({"words": "{order_count"}, "topic buying"),
    ],
)
def test_a_topic_that_cannot_be_told_is_refused_in_words(tmp_path: Path, sentence: dict, words: str):
    content = yaml.safe_load((MART_FOLDER / "customer_features.yml").read_text(encoding="utf-8"))
    content["models"][0]["config"]["meta"]["topics"]["buying"]["leaving"].append(sentence)
    (tmp_path / "customer_features.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(SettingsError, match=words):
        declared_topics("customers", tmp_path)


def test_numbers_come_first_and_every_feature_has_words():
    for subject in MARTS:
        found = list(declared_features(subject).values())
        assert [feature.is_text for feature in found] == sorted(feature.is_text for feature in found)
        assert [feature.name for feature in found if not feature.words and not feature.choices] == []


def test_what_a_declaration_says_is_read_by_others():
    assert grows_with_calendar("tenure_months")
    assert not grows_with_calendar("churn_probability")
    [table] = [table for table in described_tables("marts") if table.name == "customer_features"]
    [said] = [column.description for column in table.columns if column.name == "return_share"]
    assert "where missing: constant (missing: nothing was bought at a price" in said
    assert "outliers clipped" in said


@pytest.mark.parametrize("mart", MARTS.values())
def test_the_mart_has_the_columns_that_are_declared_and_no_others(mart: str):
    (model,) = yaml.safe_load((MART_FOLDER / f"{mart}.yml").read_text(encoding="utf-8"))["models"]
    listed = [column["name"] for column in model["columns"]]
    selected = selected_columns((MART_FOLDER / f"{mart}.sql").read_text(encoding="utf-8"))
    assert set(selected) - set(listed) == set(), f"{mart}.sql has columns that {mart}.yml does not declare"
    assert set(listed) - set(selected) == set(), f"{mart}.yml declares columns that {mart}.sql does not have"


def selected_columns(sql: str) -> list[str]:
    """The names that a model selects last."""
    macros = dict.fromkeys(re.findall(r"{{ (\w+)\(", sql), lambda *_: "x")
    rendered = Environment(autoescape=False).from_string(sql).render(macros)  # noqa: S701 - SQL, not markup
    last = re.sub(r"--.*", "", rendered[rendered.index("shaped as (") :])
    chosen = last[last.index("select") + len("select") : last.index("\n    from ")]
    while (plain := re.sub(r"\([^()]*\)", "", chosen)) != chosen:
        chosen = plain
    return [item.split()[-1].rpartition(".")[2] for item in chosen.split(",")]
