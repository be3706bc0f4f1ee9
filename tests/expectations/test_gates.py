"""Whole gates on real DuckDB files: what stops, what is only reported, and what is kept."""

from __future__ import annotations

import shutil
from datetime import date

import duckdb
import pytest

from expectations.gates import GATES, run_gate
from expectations.results import GateResult
from tests.expectations.small_shop import AS_OF, SOURCE, change, checked, not_held, stored
from tests.opens import counted_opens
from warehouse.base.connections import open_build_file
from warehouse.base.errors import GateFailed, SettingsError, WarehouseMissing
from warehouse.base.settings import Settings
from warehouse.tables.contract import load_contract

TABLES = load_contract().tables
_FINGERPRINT = "select (select sum(hash(o)) from raw.orders as o), (select sum(hash(o)) from marts.fct_orders as o)"


def _columns(has):
    return [
        (table, name, column) for table, spec in TABLES.items() for name, column in spec.columns.items() if has(column)
    ]


@pytest.fixture(scope="module")
def good(good_build_file, tmp_path_factory) -> tuple[Settings, dict[str, GateResult]]:
    """The good shop after all of its gates, and what came of them."""
    settings = Settings(home=tmp_path_factory.mktemp("good"), memory_limit="1GB")
    settings.warehouse_folder.mkdir()
    shutil.copyfile(good_build_file, settings.build_file(SOURCE))
    fingerprint = stored(settings, _FINGERPRINT)
    with counted_opens(settings.build_file(SOURCE)) as opened:
        results = {gate: checked(settings, gate) for gate in GATES}
    assert opened == [False] * len(GATES)  # each of them once, to read and to write
    assert stored(settings, _FINGERPRINT) == fingerprint  # what is checked stays as it is
    return settings, results


@pytest.mark.parametrize("gate", GATES)
def test_good_shop_passes_and_every_outcome_is_kept(good, gate):
    settings, results = good
    result = results[gate]
    assert isinstance(result, GateResult)
    assert result.is_passed
    kept = f"select distinct pipeline_run_id, as_of_date, count(*) over () from {{results}} where gate = '{gate}'"
    assert stored(settings, kept) == [("run-1", AS_OF, len(result.checks))]
    assert stored(settings, "select count(*) from {results} where description is null or first_step is null") == [(0,)]


def test_nothing_is_wrong_with_the_good_shop_not_even_a_warning(good):
    result = good[1]["raw"]
    assert result.warnings == ()
    assert any(not check.is_judged for check in result.checks)
    assert "of them go by history and cannot judge yet" in "\n".join(result.lines())


def test_only_a_warning_for_few_eligible_customers(good):
    result = good[1]["marts"]
    assert [check.expectation for check in result.warnings] == ["eligible_customers_exist"]
    assert result.is_passed


def test_missing_required_values_stop_raw(shop):
    required = _columns(lambda column: column.required)
    change(shop, *(f"update raw.{table} set {name} = null where _row_number = 1" for table, name, _ in required))
    failed = not_held(shop, "raw")
    assert failed == {f"raw.{table}: {name}_is_not_null" for table, name, _ in required}


def test_values_that_the_contract_does_not_know_stop_raw(shop):
    known = _columns(lambda column: column.allowed)
    change(shop, *(f"update raw.{table} set {name} = 'zebra' where _row_number = 1" for table, name, _ in known))
    assert not_held(shop, "raw") == {f"raw.{table}: {name}_is_known" for table, name, _ in known}


def test_values_out_of_bounds_stop_raw(shop):
    bounded = _columns(lambda column: isinstance(column.min, int | float))
    change(shop, *(f"update raw.{table} set {name} = {column.min} - 1" for table, name, column in bounded))
    failed = not_held(shop, "raw")
    assert {rule.split("_is_")[0] for rule in failed} == {f"raw.{table}: {name}" for table, name, _ in bounded}


def test_no_orders_stop_raw(shop):
    gone = "delete from quality.file_loads where table_name in ('orders', 'order_items')"
    change(shop, "delete from raw.orders", "delete from raw.order_items", gone)
    assert not_held(shop, "raw") == set()  # a business of subscriptions
    change(shop, "delete from raw.subscriptions", "delete from quality.file_loads where table_name = 'subscriptions'")
    assert not_held(shop, "raw") == {
        "raw.orders: table_is_not_empty",
        "raw.subscriptions: subscriptions_totals_stand",  # there were some when the gate was passed just now
    }


def test_warnings_of_raw_stop_nobody(shop):
    change(
        shop,
        "update raw.orders set ordered_at = ordered_at - interval 1 year",
        "update raw.orders set currency = 'X' || _row_number where _row_number > 4",
        "update raw.orders set customer_id = null",
        "update raw.order_items set order_id = 'unknown' where _row_number <= 3",
    )
    assert checked(shop, "raw").is_passed
    assert not_held(shop, "raw", "warning") == {
        "raw.orders: newest_order_age",
        "raw.orders: currencies_have_rates",
        "raw.orders: guest_sale_share",
        "raw.orders: orders_without_any_amount",
        "raw.order_items: lines_have_an_order",
    }


def test_missing_values_and_unknown_kinds_stop_marts(shop):
    change(
        shop,
        "insert into marts.dim_customers (customer_id) values (null)",
        "insert into marts.dim_products values (null)",
        "update marts.fct_orders set order_kind = 'gift' where order_id = 'o5'",
        "insert into marts.fct_orders by name select * replace (null as order_id, null as ordered_at, 0 as net_amount) "
        "from marts.fct_orders where order_id = 'o3'",
        "update marts.fct_order_items set line_kind = 'gift' where order_item_id = 'i6'",
        "update marts.fct_order_items set line_kind = null where order_item_id = 'i4'",
        "update marts.fct_order_items set order_item_id = null where order_item_id = 'i1'",
        "update marts.fct_order_items set line_amount = null where order_item_id = 'i5'",
        "update marts.customer_features set net_amount = null",
        "insert into marts.customer_features (order_count) values (1)",
        "update marts.customer_labels set is_churned = null, future_net_amount = null, customer_id = null, "
        "as_of_date = null",
        "update marts.customer_rfm set customer_id = null, as_of_date = null",
    )
    nulls = {
        "dim_customers": ["customer_id"],
        "dim_products": ["product_code"],
        "fct_orders": ["order_id", "ordered_at"],
        "fct_order_items": ["order_item_id", "line_amount", "line_kind"],
        "customer_features": ["customer_id", "as_of_date", "net_amount"],
        "customer_labels": ["customer_id", "as_of_date", "is_churned", "future_net_amount"],
        "customer_rfm": ["customer_id", "as_of_date"],
    }
    expected = {f"marts.{table}: {name}_is_not_null" for table, names in nulls.items() for name in names}
    expected |= {"marts.fct_orders: order_kind_is_known", "marts.fct_order_items: line_kind_is_known"}
    assert expected <= not_held(shop, "marts")


def test_no_orders_in_the_marts_stop(shop):
    change(shop, "delete from marts.fct_orders")
    assert "marts.fct_orders: table_is_not_empty" not in not_held(shop, "marts")
    change(shop, "delete from marts.dim_subscriptions")
    assert "marts.fct_orders: table_is_not_empty" in not_held(shop, "marts")


def test_scores_out_of_bounds_stop(shop):
    change(
        shop,
        "update scores.customer_segments set distance_to_center = -1, status = 'maybe', reason = 'unclear'",
        "update scores.customer_churn set churn_probability = 1.01, churn_risk_band = 'huge' where customer_id = 'c1'",
        "update scores.customer_clv set predicted_amount = -1, predicted_lower_amount = -2, total_amount = 9, "
        "expected_order_count = -1, expected_order_amount = null, alive_probability = -0.1 where customer_id = 'c1'",
    )
    assert not_held(shop, "scores") == {
        "scores.customer_segments: distance_to_center_is_at_least_0",
        "scores.customer_segments: status_is_known",
        "scores.customer_churn: churn_probability_is_between_0_and_1",
        "scores.customer_churn: churn_risk_band_is_known",
        "scores.customer_clv: predicted_amount_is_at_least_0",
        "scores.customer_clv: expected_order_count_is_at_least_0",
        "scores.customer_clv: alive_probability_is_between_0_and_1",
    }


def test_a_name_of_a_segment_that_is_no_longer_true_is_warned_of(shop):
    change(shop, "update scores.customer_segments set is_name_true = false where status = 'scored'")
    result = checked(shop, "scores")
    assert result.is_passed
    assert ("scores.customer_segments", "segment_names_are_true") in [
        (check.table_name, check.expectation) for check in result.warnings
    ]


def test_a_job_that_refuses_everyone_is_only_reported(shop):
    change(shop, "update scores.customer_churn set status = 'refused', reason = 'too few customers'")
    result = checked(shop, "scores")
    assert result.is_passed
    assert [(check.table_name, check.expectation) for check in result.warnings] == [
        ("scores.customer_churn", "job_scored")
    ]
    assert "too few customers" in result.warnings[0].observed_value


def test_failure_says_table_rule_rows_first_step_and_where_to_look(shop):
    change(shop, "update raw.orders set ordered_at = '2999-01-01' where order_id in ('o3', 'o4')")
    failure = checked(shop, "raw")
    assert isinstance(failure, GateFailed)
    text = str(failure)
    assert "1 of " in text
    assert "raw.orders.ordered_at – Nothing in orders happened more than a day after it was loaded." in text
    assert "2 rows, for example: order_id = o" in text
    assert "first step: " in text
    assert str(shop.data_docs_folder / "index.html") in text


@pytest.mark.parametrize(
    ("gate", "table"), [("raw", "raw.orders"), ("marts", "marts.fct_orders"), ("scores", "scores.customer_churn")]
)
def test_missing_table_is_a_failure_in_words(shop, gate, table):
    views = ["drop view scores.customer_churn_current"] if gate == "scores" else []
    change(shop, *views, f"drop table {table}")
    text = str(checked(shop, gate))
    assert f"The table {table} exists" in text
    assert "missing_column = " in text
    assert "Traceback" not in text


def test_missing_column_is_a_failure_in_words(shop):
    change(shop, "alter table marts.customer_features drop column is_eligible")
    text = str(checked(shop, "marts"))
    assert "marts.customer_features – The table marts.customer_features exists" in text
    assert "missing_column = is_eligible" in text
    assert "could not be checked" in text


def test_file_can_be_written_again_after_a_failed_gate(shop):
    change(shop, "update marts.customer_360 set net_amount = 9.99")
    assert isinstance(checked(shop, "activation"), GateFailed)
    change(shop, "create table raw.more as select 1 as one")


def test_no_build_file_and_a_held_one_are_told_in_words(settings, shop):
    with pytest.raises(WarehouseMissing, match="no warehouse"):
        run_gate(settings, "other_shop", "raw", AS_OF)
    with pytest.raises(SettingsError, match="no gate"):
        run_gate(shop, SOURCE, "staging", AS_OF)


def test_as_of_date_before_every_order_is_refused(shop):
    with pytest.raises(GateFailed, match="There are orders before the as-of date 2020-01-01"):
        run_gate(shop, SOURCE, "raw", date(2020, 1, 1))


def test_results_are_written_where_the_table_is_missing(shop):
    change(shop, "drop table quality.validation_results")
    assert checked(shop, "activation").is_passed
    with open_build_file(shop, SOURCE, read_only=True) as connection:
        assert isinstance(connection, duckdb.DuckDBPyConnection)
        assert connection.execute("select count(*) from quality.validation_results").fetchone()[0] > 0


def test_scores_without_reasons_are_a_warning(shop):
    tables = ("customer_churn", "customer_clv", "subscription_churn")
    change(shop, *(f"update scores.{table} set reasons = null where status = 'scored'" for table in tables))
    result = checked(shop, "scores")
    assert result.is_passed
    warned = {check.table_name for check in result.warnings if check.expectation == "scored_rows_have_reasons"}
    assert warned == {f"scores.{table}" for table in tables}
