"""The random shop, built with every test of the project."""

from __future__ import annotations

from pathlib import Path

from dbt_build_file import AS_OF_DATE, BuildFile

from warehouse.tables.contract import load_contract


def test_schemas_are_named_plainly(built_shop: BuildFile) -> None:
    schemas = {row[0] for row in built_shop.query("select distinct table_schema from information_schema.tables")}
    assert schemas == {"raw", "scores", "state", "quality", "staging", "intermediate", "pii", "marts"}


def test_personal_columns_stay_in_pii(built_shop: BuildFile) -> None:
    tables = load_contract().tables.values()
    personal = {name for table in tables for name, column in table.columns.items() if column.personal}
    published = {
        row[0]
        for row in built_shop.query(
            "select distinct column_name from information_schema.columns where table_schema = 'marts'"
        )
    }
    assert personal.isdisjoint(published)


def test_guests_are_in_sales_and_not_among_customers(built_shop: BuildFile) -> None:
    assert built_shop.query("select count(*) > 10 from marts.fct_orders where is_guest") == [(True,)]
    assert built_shop.query("select count(*) from marts.dim_customers where customer_id is null") == [(0,)]


def test_a_lost_cent_is_noticed(built_shop: BuildFile, tmp_path: Path) -> None:
    again = built_shop.copy_to(tmp_path)
    again.execute("update marts.fct_order_items set line_amount = line_amount + 0.01 where order_item_id = '0/0'")
    done = again.dbt("test", AS_OF_DATE, "--select", "assert_raw_amounts_reconcile")
    assert done.returncode == 1
    assert "FAIL 1 assert_raw_amounts_reconcile" in done.stdout
