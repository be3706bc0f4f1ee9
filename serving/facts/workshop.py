"""A database in memory with a few customers in it, on which the models of the marts run as dbt compiled them.

Everything of a pass happens in one transaction that is rolled back: the next one finds the tables empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from serving.answer import COLUMNS
from serving.facts.request import MOST_ROWS, FactsBase, as_json
from warehouse.base.connections import DATABASE
from warehouse.base.rows import as_dicts, insert_rows
from warehouse.base.settings import Settings
from warehouse.base.sql_text import literal
from warehouse.marts.compiled import DATE_IN_SQL, PROFILE, CompiledModel
from warehouse.marts.compiled_run import Dbt, needed, python_model
from warehouse.publishing.reference import REFERENCE, TABLES
from warehouse.tables.build_state import BUILD_STATE
from warehouse.tables.contract import load_contract
from warehouse.tables.features import MARTS
from warehouse.tables.own_tables import create_own_tables
from warehouse.tables.raw_tables import create_raw_tables
from warehouse.tables.scores import create_score_tables

_TAKEBACKS = "int_takebacks"
_GIVEN = {"stg_products", "stg_exchange_rates", "int_reporting_currency", "int_snapshot_dates"}
# Not part of the answer: what is told of all customers together, and what jobs without a model found.
_LEFT_OUT = {"customer_rfm", "rfm_segments", "int_customer_findings"}
_READ_FIRST = (*MARTS.values(), "dim_customers")
# Statements are planned while tables are empty: that a column has no null, or only small numbers, is true then alone.
_UNSOUND = "statistics_propagation,compressed_materialization,empty_result_pullup"
_LINEAGE = "'' as _load_id, '' as _file_name, '' as _row_hash, now()::timestamp as _loaded_at"


class Workshop:
    """The tables of a few customers. One thread at a time may use it.

    Parameters
    ----------
    models
        Of `warehouse.marts.compiled`, parents first.
    folder
        Of the published version.

    Raises
    ------
    duckdb.Error
        If the version lacks what is needed.
    """

    def __init__(self, settings: Settings, models: list[CompiledModel], folder: Path) -> None:
        self._models = {model.name: model for model in models}
        # Without a place to spill to: facts stay in memory.
        self._connection = duckdb.connect(
            config={"threads": 1, "memory_limit": settings.memory_limit, "temp_directory": ""}
        )
        self._connection.execute("set TimeZone = 'UTC'")
        self._connection.execute(f"set disabled_optimizers = {literal(_UNSOUND)}")
        self._takebacks = python_model(_TAKEBACKS)
        self._make_tables(folder)
        first = needed(self._models, _READ_FIRST, _GIVEN | _LEFT_OUT)
        self._first = [name for name in self._models if name in first]
        second = needed(self._models, [PROFILE], _GIVEN | _LEFT_OUT) - first
        self._second = [name for name in self._models if name in second]
        for name in (*self._first, *self._second):
            if name != _TAKEBACKS:
                self._prepare(self._models[name])

    @contextmanager
    def holding(self, several: Sequence[FactsBase], as_of_date: date) -> Iterator[Workshop]:
        """The facts, which have no id in common, are in the tables as long as the block runs."""
        self._connection.execute("begin")
        try:
            self._insert(several, as_of_date)
            yield self
        finally:
            self._connection.execute("rollback")

    def features(self, as_of_date: date) -> dict[str, pd.DataFrame]:
        """The rows of the features marts, by mart."""
        self._run(self._first, as_of_date)
        return {mart: self._connection.execute(f"select * from marts.{mart}").df() for mart in MARTS.values()}

    def known(self) -> list[str]:
        """Of whom the facts make a customer: by an account, an order or a contract before the date."""
        found = self._connection.execute("select customer_id from marts.dim_customers order by customer_id")
        return [customer_id for (customer_id,) in found.fetchall()]

    def profiles(self, scores: Mapping[str, pd.DataFrame], as_of_date: date) -> dict[str, dict[str, Any]]:
        """The rows of `customer_360` by customer, of rows of the score tables."""
        for table, frame in scores.items():
            insert_rows(self._connection, f"scores.{table}", _plain_rows(frame))
        self._run(self._second, as_of_date)
        known = ", ".join(name for name in COLUMNS if name in self._profile_columns)
        rows = as_dicts(self._connection.execute(f"select customer_id, {known} from marts.{PROFILE}"))
        return {row.pop("customer_id"): row for row in rows}

    def _make_tables(self, folder: Path) -> None:
        connection = self._connection
        connection.execute(BUILD_STATE)
        create_raw_tables(connection)
        create_own_tables(connection, "pii")
        create_own_tables(connection, "quality")
        create_score_tables(connection)
        for schema in sorted({model.schema for model in self._models.values()}):
            connection.execute(f'create schema if not exists "{schema}"')
        connection.execute(f"attach {literal(str(folder / REFERENCE))} as reference (read_only)")
        connection.execute(f"attach {literal(str(folder / DATABASE))} as published (read_only)")
        for schema, names in TABLES.items():
            for name in names:
                connection.execute(f"create table {schema}.{name} as from reference.{schema}.{name}")
        connection.execute("alter table staging.stg_products rename to all_products")
        connection.execute("create table staging.stg_products as from staging.all_products limit 0")
        for name, model in self._models.items():
            self._make_table(name, model)
        self._profile_columns = {row[0] for row in connection.execute(f"describe marts.{PROFILE}").fetchall()}
        connection.execute("detach reference; detach published")

    def _make_table(self, name: str, model: CompiledModel) -> None:
        """An empty table; as published where the model is not run here."""
        if name in _GIVEN - {"int_snapshot_dates"}:
            return
        if name == _TAKEBACKS:
            rows = self._takebacks.SCHEMA.empty_table()
            self._connection.register("no_rows", rows)
            self._connection.execute(f"create table {model.table} as from no_rows")
            self._connection.unregister("no_rows")
        elif name in _LEFT_OUT and model.schema == "marts":
            self._connection.execute(f"create table {model.table} as from published.marts.{name} limit 0")
        else:
            sql = model.sql.replace(DATE_IN_SQL, "cast(null as date)")
            self._connection.execute(f"create table {model.table} as select * from ({sql}) limit 0")

    def _prepare(self, model: CompiledModel) -> None:
        sql = model.sql.replace(DATE_IN_SQL, "cast($1 as date)")
        self._connection.execute(f"prepare make_{model.name} as insert into {model.table} by name {sql}")

    def _run(self, names: Iterable[str], as_of_date: date) -> None:
        for name in names:
            if name == _TAKEBACKS:
                found = self._takebacks.model(Dbt(self._connection, self._models), self._connection)
                found.insert_into(f"{self._models[name].schema}.{name}")
                continue
            given = f"(date '{as_of_date.isoformat()}')" if DATE_IN_SQL in self._models[name].sql else ""
            self._connection.execute(f"execute make_{name}{given}")

    def _insert(self, several: Sequence[FactsBase], as_of_date: date) -> None:
        for table in MOST_ROWS:
            if rows := [row for facts in several for row in facts.rows(table)]:
                self._connection.execute(_insert_of(table), [as_json(rows)])
        accounts = [
            {"source_customer_id": account, "customer_id": facts.customer_id}
            for facts in several
            for account in sorted(facts.ids())
        ]
        insert_rows(self._connection, "pii.customer_identities", accounts)
        self._connection.execute(_PRODUCTS)
        self._connection.execute(
            "insert into intermediate.int_snapshot_dates (as_of_date, snapshot_role) values (?, 'scoring')",
            [as_of_date],
        )


def _plain_rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows of a frame with None for missing values. A few are inserted sooner by values than by scanning them."""
    columns = {name: frame[name].tolist() for name in frame.columns}
    for values in zip(*columns.values(), strict=True):
        yield {name: None if pd.isna(value) else value for name, value in zip(columns, values, strict=True)}


@cache
def _insert_of(table: str) -> str:
    columns = load_contract().tables[table].columns
    kinds = {name: column.sql_type for name, column in columns.items()} | {"_row_number": "BIGINT"}
    struct = "[{" + ", ".join(f'"{name}": "{kind}"' for name, kind in kinds.items()) + "}]"
    return (
        f"insert into raw.{table} by name select unnest(from_json(?, {literal(struct)}), recursive := true), {_LINEAGE}"
    )


_PRODUCTS = """
    insert into staging.stg_products
    from staging.all_products
    where product_code in (select upper(trim(product_code)) from raw.order_items)
"""
