"""What a dbt model in Python reads and returns, on either engine: relations of DuckDB or frames of Spark.

A model says once what it makes of rows; where the rows come from and where they go is told apart here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

Rows = list[tuple[Any, ...]]
# A process of Spark holds the rows of one share of the customers at once: so many for each piece of a table that shares
# are small, and the pieces, to which they are dealt by hash, about as large as each other.
_SHARES_PER_PIECE = 16


def records(frame: Any) -> list[dict[str, Any]]:
    """All rows by the names of their columns; for tables that are small whatever the shop."""
    rows = frame.collect() if _is_of_spark(frame) else frame.fetchall()
    return [dict(zip(frame.columns, row, strict=True)) for row in rows]


def columns_in_order(frame: Any, *order: str) -> Mapping[str, Any]:
    """All rows as an array for each column, in the order of some of the columns."""
    if not _is_of_spark(frame):
        return frame.order(", ".join(order)).fetchnumpy()
    found = frame.orderBy(*order).toPandas()
    return {name: found[name].to_numpy() for name in found.columns}


def frame_of(session: Any, table: pa.Table) -> Any:
    """A table as what a model returns."""
    if hasattr(session, "from_arrow"):
        return session.from_arrow(table)
    return session.createDataFrame(_with_zones(table))


def made_by_customer(
    session: Any, frames: Mapping[str, Any], make: Callable[..., list[dict[str, Any]]], schema: pa.Schema
) -> Any:
    """What is made of the rows of each customer: on DuckDB of all at once, on Spark by many processes.

    Parameters
    ----------
    frames
        Two frames with a column customer_id, each by the column that its rows are put in order by.
    make
        Called with the rows of the first and of the second, of some of the customers; returns the rows to be.
    """
    if hasattr(session, "from_arrow"):
        found = make(*(frame.order(order).fetchall() for order, frame in frames.items()))
        return session.from_arrow(pa.Table.from_pylist(found, schema=schema))
    return _on_spark(session, frames, make, schema)


def _on_spark(
    session: Any, frames: Mapping[str, Any], make: Callable[..., list[dict[str, Any]]], schema: pa.Schema
) -> Any:
    from pyspark.sql import functions as f
    from pyspark.sql.pandas.types import from_arrow_schema

    orders = tuple(frames)

    def made(one: pa.Table, other: pa.Table) -> pa.Table:
        rows = (_rows(table, order) for table, order in zip((one, other), orders, strict=True))
        return _with_zones(pa.Table.from_pylist(make(*rows), schema=schema))

    share_count = _SHARES_PER_PIECE * int(session.conf.get("spark.sql.shuffle.partitions"))
    shares = [frame.groupBy(f.pmod(f.xxhash64("customer_id"), f.lit(share_count))) for frame in frames.values()]
    types = from_arrow_schema(_with_zones(schema.empty_table()).schema)
    return shares[0].cogroup(shares[1]).applyInArrow(made, schema=types)


def _rows(table: pa.Table, order: str) -> Rows:
    """Rows of a table that Spark hands over, with times without a zone, as DuckDB has them."""
    in_order = table.sort_by([(order, "ascending")])
    naive = [
        column.cast(pa.timestamp("us")) if pa.types.is_timestamp(column.type) else column for column in in_order.columns
    ]
    return list(zip(*(column.to_pylist() for column in naive), strict=True))


def _with_zones(table: pa.Table) -> pa.Table:
    """The times of a table as Spark's, which are in a zone."""
    fields: Sequence[pa.Field] = [
        field.with_type(pa.timestamp("us", "UTC")) if pa.types.is_timestamp(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def _is_of_spark(frame: Any) -> bool:
    return hasattr(frame, "toArrow")
