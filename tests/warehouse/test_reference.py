"""What facts are read by is taken from the build file, views and all, and holds nothing of a person."""

from __future__ import annotations

import duckdb

from warehouse.base.settings import Settings
from warehouse.publishing.reference import REFERENCE, write_reference


def test_products_and_settings_are_copied_and_customers_are_not(settings: Settings) -> None:
    build_file = settings.build_file("shop")
    build_file.parent.mkdir(parents=True)
    with duckdb.connect(str(build_file)) as connection:
        for schema in ("raw", "staging", "intermediate", "state"):
            connection.execute(f"create schema {schema}")
        connection.execute("create table raw.products as select 'p' as product_code, 2.5 as unit_cost_amount")
        # dbt writes views that name their own database.
        connection.execute('create view staging.stg_products as from "shop"."raw"."products"')
        connection.execute("create table staging.stg_customers as select 'Ann' as first_name")
        connection.execute("create table state.source_settings as select 'lines' as amounts_from")
    write_reference(settings, "shop", settings.home)
    with duckdb.connect(str(settings.home / REFERENCE), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        assert tables == [("staging", "stg_products"), ("state", "source_settings")]
        assert connection.execute("from staging.stg_products").fetchall() == [("p", 2.5)]
