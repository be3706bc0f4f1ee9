"""What every model owes its readers, read from the files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from dbt_build_file import DBT_PROJECT

from warehouse.tables.contract import load_contract

SQL_MODELS = sorted((DBT_PROJECT / "models").rglob("*.sql"))
MODELS = [*SQL_MODELS, *sorted((DBT_PROJECT / "models").rglob("*.py"))]
MARTS = [
    model
    for model in MODELS
    if not {"marts", "activation", "relationship"}.isdisjoint(model.parts) and not model.stem.startswith("int_")
]
DBT_TYPES = {"VARCHAR": "string"}
NOT_PORTABLE = {
    "qualify": r"\bqualify\b",
    "integer division": r"//",
    "group by all": r"\b(group|order) by all\b",
    "lambda": r"->|\blambda\b",
    "cast by colons": r"::",
    "filter clause": r"\bfilter\s*\(",
    "nulls ignored without macro": r"\bignore nulls\b",
    "half to even without macro": r"\bround_even\b",
    "blanks without macro": r"\btrim\s*\(",
    "capitals without macro": r"\bupper\s*\(",
}


def properties(model: Path) -> dict:
    return yaml.safe_load(model.with_suffix(".yml").read_text(encoding="utf-8"))["models"][0]


def test_there_are_models() -> None:
    assert len(MODELS) > 30


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.stem)
def test_description_ends_with_the_grain(model: Path) -> None:
    described = properties(model)
    assert described["name"] == model.stem
    assert re.search(r"One row per [^.]+\.$", described["description"].strip())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.stem)
def test_key_is_tested(model: Path) -> None:
    described = properties(model)
    combined = [test for test in described.get("data_tests", []) if "unique_combination" in test]
    single = [
        c for c in described.get("columns", []) if {"not_null", "unique"} <= set(map(str, c.get("data_tests", [])))
    ]
    assert combined or single


@pytest.mark.parametrize("model", MARTS, ids=lambda model: model.stem)
def test_marts_describe_every_column(model: Path) -> None:
    assert all(column["description"] and column["data_type"] for column in properties(model)["columns"])


@pytest.mark.parametrize("model", SQL_MODELS, ids=lambda model: model.stem)
def test_sql_is_portable_and_ends_plainly(model: Path) -> None:
    sql = re.sub(r"--.*", "", model.read_text(encoding="utf-8"))
    found = [name for name, pattern in NOT_PORTABLE.items() if re.search(pattern, sql, re.IGNORECASE)]
    assert found == []
    assert re.search(r"\nselect \* from \w+\n$", sql)


def test_raw_sources_are_the_contract() -> None:
    """Tables, columns in order and types: nothing in dbt that the contract lacks, nothing left out."""
    sources = yaml.safe_load((DBT_PROJECT / "models/staging/_sources.yml").read_text(encoding="utf-8"))["sources"]
    declared = {
        table["name"]: [(column["name"], column["data_type"]) for column in table["columns"]]
        for table in sources[0]["tables"]
    }
    expected = {
        name: [(column, DBT_TYPES.get(spec.sql_type, spec.sql_type.lower())) for column, spec in table.columns.items()]
        for name, table in load_contract().tables.items()
    }
    assert declared == expected


def newest_rows_read() -> list[tuple[str, str, tuple[str, ...]]]:
    """Of which raw tables staging reads the newest rows: the macro, the table and the key that it is given."""
    call = r"\{\{ (newest_\w+)\((?:source\('raw', )?'(\w+)'\)?, (\[[^\]]+\])"
    calls = [found for model in SQL_MODELS for found in re.findall(call, model.read_text(encoding="utf-8"))]
    return [
        (macro, table, tuple(yaml.safe_load(key))) for macro, table, key in calls if table in load_contract().tables
    ]


def test_the_newest_rows_are_told_by_the_keys_of_the_contract() -> None:
    assert {(table, key) for _, table, key in newest_rows_read()} == {
        (name, table.key) for name, table in load_contract().tables.items()
    }


def test_rows_that_name_a_customer_are_staged_under_the_persons_id() -> None:
    assert {table for macro, table, _ in newest_rows_read() if macro == "newest_rows_of_persons"} == {
        name for name, table in load_contract().tables.items() if "customer_id" in table.columns
    }


def test_the_rows_of_every_raw_table_are_counted_again_in_staging() -> None:
    """Save exchange rates, which staging keys by a code that it writes alike."""
    sql = (DBT_PROJECT / "tests" / "assert_rows_are_conserved.sql").read_text(encoding="utf-8")
    counted = yaml.safe_load(sql[sql.index("{", sql.index("set keys")) : sql.index("%}")])
    assert counted == {
        name: ", ".join(table.key) for name, table in load_contract().tables.items() if name != "exchange_rates"
    }


def test_scores_never_reach_the_marts_that_train_models() -> None:
    for model in MODELS:
        if "activation" not in model.parts:
            assert "source('scores'" not in model.read_text(encoding="utf-8"), model.stem


def test_no_feature_model_reads_labels() -> None:
    for model in MODELS:
        if model.stem != "customer_labels":
            assert "ref('customer_labels')" not in model.read_text(encoding="utf-8"), model.stem
