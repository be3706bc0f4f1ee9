"""Rows that break a rule are kept, few and without anything personal, and shown with what to do."""

from __future__ import annotations

import json

import pytest

from expectations.failing_rows import FAILING_ROW_COUNT, personal_columns, shown
from expectations.gates import load_thresholds
from expectations.stored_results import result_lines
from tests.expectations.small_shop import AS_OF, SOURCE, change, checked, stored
from warehouse.base.connections import open_build_file
from warehouse.tables.contract import load_contract

_PERSONAL = ("first_name", "last_name", "email", "phone", "street_address", "postcode", "birth_date", "feedback_text")


def _kept(shop) -> dict[tuple[str, str], list[dict]]:
    found: dict[tuple[str, str], list[dict]] = {}
    for table, rule, content in stored(
        shop, "select table_name, expectation, row_content from quality.failing_rows order by row_number"
    ):
        found.setdefault((table, rule), []).append(json.loads(content))
    return found


@pytest.mark.usefixtures("gate_pages")
def test_rows_of_every_kind_of_rule_are_kept_in_bounds(shop):
    change(
        shop,
        "update raw.orders set order_kind = 'gift' where order_id in ('o1', 'o2')",
        "update raw.feedback set rating = 9",
        "update raw.orders set ordered_at = null where order_id = 'o3'",
        "insert into raw.orders by name select * exclude (i) replace ('m' || i as order_id, 'other' as _row_hash, "
        "timestamp '2999-01-01' as ordered_at) from (select * from raw.orders where order_id = 'o4'), "
        "range(30) as numbers(i)",
    )
    failure = checked(shop, "raw")
    kept = _kept(shop)
    kinds = kept["raw.orders", "order_kind_is_known"]
    assert [(row["order_id"], row["order_kind"], row["_file_name"]) for row in kinds] == [
        ("o1", "gift", "orders.csv"),
        ("o2", "gift", "orders.csv"),
    ]
    assert kept["raw.feedback", "rating_is_between_1_and_5"][0]["rating"] == "9"
    assert kept["raw.orders", "ordered_at_is_not_null"][0]["order_id"] == "o3"
    assert len(kept["raw.orders", "ordered_at_is_not_in_the_future"]) == FAILING_ROW_COUNT
    assert "30 rows, for example" in str(failure)
    text = "\n".join(result_lines(shop, SOURCE))
    assert f"Gate raw of {SOURCE} as of {AS_OF}: FAILED" in text
    assert "stop: raw.orders.order_kind – order_kind is one of sale, return, adjustment." in text
    assert "order_id = o2" in text
    pages = "".join(path.read_text(encoding="utf-8") for path in shop.data_docs_folder.rglob("*raw.orders.html"))
    assert all(f">m{number}<" in pages for number in range(FAILING_ROW_COUNT)), "the rows stand on the page"


@pytest.mark.usefixtures("gate_pages")
def test_nothing_personal_is_kept_whatever_breaks(shop):
    assert personal_columns() == set(_PERSONAL)
    assert set(shown({name: "secret" for name in (*_PERSONAL, "customer_id")})) == {"customer_id"}
    texts = [name for name in _PERSONAL if name not in ("birth_date", "feedback_text")]
    spelled = ", ".join(f"{name} = 'secret-' || customer_id" for name in texts)
    tables = load_contract().tables
    required = [
        f"update raw.{name} set {column} = null where _row_number = 1"
        for name, table in tables.items()
        for column, spec in table.columns.items()
        if spec.required and column not in table.key
    ]
    change(
        shop,
        f"update raw.customers set {spelled}, birth_date = '1901-02-03', gender = 'unclear', "
        "registered_at = '2999-01-01', acquisition_cost_amount = -1",
        "update raw.feedback set feedback_text = 'secret words', rating = 7, nps_score = 70, given_at = '2999-01-01'",
        *required,
        "update raw.customers set _row_hash = 'same'",
        "insert into raw.customers select * from raw.customers",
        "insert into raw.feedback select * from raw.feedback",
    )
    failure = checked(shop, "raw")
    kept = _kept(shop)
    assert ("raw.customers", "gender_is_known") in kept
    assert ("raw.customers", "key_is_unique") in kept
    assert ("raw.feedback", "rating_is_between_1_and_5") in kept
    said = [str(failure), *result_lines(shop, SOURCE)]
    for table in ("failing_rows", "validation_results", "column_profiles"):
        said += [str(row) for row in stored(shop, f"select * from quality.{table}")]
    for path in shop.data_docs_folder.parent.rglob("*"):
        if path.suffix in (".html", ".json"):
            said.append(path.read_text(encoding="utf-8"))
    for text in said:
        assert "secret" not in text
        assert "1901-02-03" not in text


def test_rows_of_old_runs_go_and_results_stay(shop, monkeypatch):
    thresholds = load_thresholds()
    few = thresholds.model_copy(update={"data_docs": thresholds.data_docs.model_copy(update={"runs_kept": 2})})
    monkeypatch.setattr("expectations.gates.load_thresholds", lambda: few)
    change(shop, "update marts.customer_360 set net_amount = 9.99 where customer_id = 'c1'")
    for _ in range(3):
        checked(shop, "activation")
    assert stored(shop, "select count(distinct validated_at) from quality.failing_rows") == [(2,)]
    assert stored(shop, "select count(distinct validated_at) from quality.validation_results") == [(3,)]


def test_results_before_any_gate(shop):
    assert "No gate has looked" in "\n".join(result_lines(shop, SOURCE))
    with open_build_file(shop, SOURCE) as connection:
        connection.execute("drop table quality.validation_results")
    assert "No gate has looked" in "\n".join(result_lines(shop, SOURCE))
