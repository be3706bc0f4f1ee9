"""Great Expectations on DuckDB: an execution engine and a data source that GX does not ship.

Importing this module is enough: GX then offers ``context.data_sources.add_duckdb``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, ClassVar, Literal

import sqlalchemy
from duckdb_engine import ConnectionWrapper
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.datasource.fluent import DataAsset, SQLDatasource
from great_expectations.datasource.fluent.sql_datasource import QueryAsset, TableAsset
from great_expectations.execution_engine import SqlAlchemyExecutionEngine

_COLUMNS = sqlalchemy.text(
    "select column_name, data_type, is_nullable from duckdb_columns() "
    "where schema_name = :schema and table_name = :table and database_name = current_database() "
    "order by column_index"
)


class LentConnection(ConnectionWrapper):
    """A connection that its owner goes on using when GX has closed it.

    GX asks one question at a time, so that all that it opens can be this one connection.
    """

    def close(self) -> None:
        """Leave it open."""


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Runs every metric as SQL on one connection that stays open until `close`.

    The stock engine gives each query a connection of its own and closes it before the rows are read.
    DuckDB's rows die with their connection, so GX would find an empty result.

    Attributes
    ----------
    column_rules
        Of each batch: the SQL condition of each rule on a column, and the column (`expectations.gx.one_scan`).
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.column_rules: defaultdict[str, dict[str, str]] = defaultdict(dict)

    @contextmanager
    def get_connection(self) -> Generator[sqlalchemy.Connection, None, None]:
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection

    def get_inspector(self) -> ColumnReader:
        """Columns from DuckDB's own catalogue: duckdb-engine asks PostgreSQL's, which DuckDB has in part."""
        return ColumnReader(self)

    def close(self) -> None:
        """Let go of the file, so that this process can open it for writing."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self.engine.dispose()


class ColumnReader:
    """The part of SQLAlchemy's inspector that GX uses to learn the columns of a table."""

    def __init__(self, engine: DuckDBExecutionEngine) -> None:
        self._engine = engine
        self.dialect = engine.dialect

    def get_columns(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Name, type and nullability of each column, in the table's order."""
        parameters = {"schema": schema or "main", "table": str(table_name)}
        with self._engine.get_connection() as connection:
            rows = connection.execute(_COLUMNS, parameters).fetchall()
        return [{"name": name, "type": sql_type, "nullable": nullable} for name, sql_type, nullable in rows]

    def get_pk_constraint(self, table_name: str, schema: str | None = None) -> dict[str, Any]:
        """Our tables declare no primary keys; the gates check them instead."""
        return {"constrained_columns": [], "name": None}


class DuckDBTableAsset(TableAsset):
    """A table by its full name: the asset ``raw.orders`` is the table `orders` of the schema `raw`.

    GX takes one schema per data source; a gate looks at several.
    """

    @property
    def _effective_schema_name(self) -> str | None:
        return self.name.rpartition(".")[0] or None


class DuckDBDatasource(SQLDatasource):
    """A DuckDB file as a GX data source."""

    asset_types: ClassVar[list[type[DataAsset]]] = [DuckDBTableAsset, QueryAsset]

    type: Literal["duckdb"] = "duckdb"
    _TableAsset: type[TableAsset] = PrivateAttr(DuckDBTableAsset)

    @property
    def execution_engine_type(self) -> type[DuckDBExecutionEngine]:
        return DuckDBExecutionEngine

    def add_table(self, table_name: str) -> TableAsset:
        """Add the table with this full name."""
        return self.add_table_asset(name=table_name, table_name=table_name.rpartition(".")[2])

    def close(self) -> None:
        """End every connection that GX opened for checking assets or for computing metrics."""
        if isinstance(self._execution_engine, DuckDBExecutionEngine):
            self._execution_engine.close()
        if self._engine is not None:
            self._engine.dispose()
