"""A model built in increments deletes what it makes again and reads only what changed: never one without the other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from dbt_build_file import DBT_PROJECT

MODELS = sorted((DBT_PROJECT / "models").rglob("*.sql"))
PYTHON_MODELS = sorted((DBT_PROJECT / "models").rglob("*.py"))
# What a model keeps itself to what changed by, for each key of incremental_by (macros/increments.sql).
FILTERS = {
    "order_id": r"\{\{ changed\(",
    "customer_id": r"\{\{ changed\(",
    "snapshot": r"\{\{ snapshot_to_make\(",
    "month": r"\{\{ month_to_make\(",
}


def halves(sql: str) -> list[str]:
    """What is wrong with a model's use of the macros of increments."""
    wrong = []
    if re.search(r"pre_hook|incremental'", sql):
        wrong.append("builds in increments of its own")
    headers = re.findall(r"\{\{ incremental_by\('(\w+)'\) \}\}", sql)
    allowed = {FILTERS[key] for key in headers}
    used = {pattern for pattern in FILTERS.values() if re.search(pattern, sql)}
    if len(headers) > 1 or (headers and "newest_rows" in sql):
        wrong.append("says twice what it is built by")
    if allowed - used:
        wrong.append("deletes what changed and reads everything")
    if used - allowed:
        wrong.append("reads what changed and deletes nothing of it")
    return wrong


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.stem)
def test_no_model_is_built_by_half_an_increment(model: Path) -> None:
    assert halves(model.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("sql", "wrong"),
    [
        ("{{ incremental_by('order_id') }} select * from {{ changed(ref('a')) }}", []),
        ("{{ newest_rows('orders') }}", []),
        ("select * from {{ ref('a') }}", []),
        (
            "{{ incremental_by('order_id') }} select * from {{ ref('a') }}",
            ["deletes what changed and reads everything"],
        ),
        ("select * from {{ changed(ref('a')) }}", ["reads what changed and deletes nothing of it"]),
        ("select * from a where {{ snapshot_to_make('b', 'c') }}", ["reads what changed and deletes nothing of it"]),
        (
            "{{ incremental_by('snapshot') }} select * from {{ changed(ref('a')) }}",
            ["deletes what changed and reads everything", "reads what changed and deletes nothing of it"],
        ),
        ("{{ config(materialized='incremental') }} select 1", ["builds in increments of its own"]),
    ],
)
def test_halves_are_found(sql: str, wrong: list[str]) -> None:
    assert halves(sql) == wrong


def test_there_are_models_of_each_kind() -> None:
    texts = [model.read_text(encoding="utf-8") for model in MODELS]
    kinds = [f"incremental_by('{key}')" for key in FILTERS] + ["newest_rows(", "newest_rows_of_persons("]
    assert [kind for kind in kinds if not any(kind in text for text in texts)] == []


@pytest.mark.parametrize("model", PYTHON_MODELS, ids=lambda model: model.stem)
def test_a_model_in_python_says_both_halves_itself(model: Path) -> None:
    """It cannot call macros: its .yml deletes, its code reads what changed."""
    config = yaml.safe_load(model.with_suffix(".yml").read_text(encoding="utf-8"))["models"][0].get("config", {})
    reads_what_changed = "dbt.is_incremental" in model.read_text(encoding="utf-8")
    assert (config.get("materialized") == "incremental") == reads_what_changed
    assert (config.get("pre_hook") == "{{ forget_changed() }}") == reads_what_changed
    assert ("incremental_by" in config.get("meta", {})) == reads_what_changed
