"""Whether two engines made the same tables: every row by hash; doubles to nine digits, for their sums have an order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.sql_text import literal, quoted
from warehouse.marts.spark.hand_over import Table, question_of, table_folders

_DOUBLES = ("DOUBLE", "FLOAT")
_TOLERANCE = 1e-9  # of the larger of the two, or of 1


@dataclass(frozen=True)
class Comparison:
    """One table.

    Attributes
    ----------
    different_row_count
        Rows of either engine that the other does not have, by all columns but doubles.
    different_double_count
        Of the others, doubles that differ by more than the tolerance.
    """

    table: str
    row_count: int
    different_row_count: int
    double_column_count: int
    different_double_count: int
    largest_difference: float

    @property
    def is_equal(self) -> bool:
        return not self.different_row_count and not self.different_double_count

    def in_words(self) -> str:
        """One line."""
        doubles = f"; {self.double_column_count} columns of doubles to {self.largest_difference:.1e}"
        if self.is_equal:
            return f"equal      {self.table}: {self.row_count:,} rows{doubles if self.double_column_count else ''}"
        return (
            f"DIFFERENT  {self.table}: {self.different_row_count:,} rows of either engine ({self.row_count:,} of "
            f"DuckDB), {self.different_double_count:,} doubles (largest difference {self.largest_difference:.1e})"
        )


def compare_tables(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Comparison]:
    """Compare each table that Spark has made with that of the same name in an open build file.

    Parameters
    ----------
    folder
        Of Spark's tables, as `hand_over` lays them out.
    """
    there = set(connection.execute("select schema_name, table_name from duckdb_tables()").fetchall())
    return [_compare(connection, table, path) for table, path in table_folders(folder).items() if table in there]


def _compare(connection: duckdb.DuckDBPyConnection, table: Table, path: Path) -> Comparison:
    name = f"{quoted(table[0])}.{quoted(table[1])}"
    columns = connection.execute(f"describe {name}").fetchall()
    types = {column: kind for column, kind, *_ in columns}
    exact = [column for column, kind in types.items() if kind not in _DOUBLES]
    doubles = [column for column, kind in types.items() if kind in _DOUBLES]
    other = ", ".join(f"cast({quoted(column)} as {kind}) as {quoted(column)}" for column, kind in types.items())
    sides = {"ours": name, "theirs": f"(select {other} from ({question_of(path)}))"}
    if not doubles and len({one_row(connection, _digest(of, exact)) for of in sides.values()}) == 1:
        return Comparison(".".join(table), one_row(connection, f"select count(*) from {name}")[0], 0, 0, 0, 0.0)
    hashed = ", ".join(f"{side} as ({_numbered(of, exact, doubles)})" for side, of in sides.items())
    counted = one_row(
        connection,
        f"""
        with {hashed},
        met as (
            select ours.row_hash is null or theirs.row_hash is null as is_alone, {_difference(doubles)} as differences
            from ours full join theirs on ours.row_hash = theirs.row_hash and ours.copy = theirs.copy
        )
        select
            (select count(*) from {name}),
            count(*) filter (is_alone),
            coalesce(sum(len(list_filter(differences, lambda one: one > {_TOLERANCE}))) filter (not is_alone), 0),
            coalesce(max(list_max(differences)) filter (not is_alone), 0)
        from met
        """,
    )
    rows, alone, different, largest = counted
    return Comparison(".".join(table), rows, alone, len(doubles), int(different), largest)


def _digest(relation: str, columns: list[str]) -> str:
    """How many rows, and the sum of their hashes: rows in any order have the same, and no others but by a miracle."""
    return f"select count(*), sum(hash({', '.join(map(quoted, columns))})::hugeint) from {relation}"


def _numbered(relation: str, exact: list[str], doubles: list[str]) -> str:
    """Rows by the hash of their exact columns; rows that these do not tell apart are in the order of their doubles."""
    row_hash = f"md5(row({', '.join(map(quoted, exact))})::varchar)" if exact else literal("")  # null is not "NULL"
    figures = "".join(f", {quoted(column)} as d{number}" for number, column in enumerate(doubles))
    order = ", ".join(quoted(column) for column in doubles) or "1"
    hashed = f"select *, {row_hash} as row_hash from {relation}"
    return (
        f"select row_hash, row_number() over (partition by row_hash order by {order}) as copy{figures} from ({hashed})"
    )


def _difference(doubles: list[str]) -> str:
    """How far apart each double is; where only one of the two is there, as far as can be."""
    each = [
        f"""case
            when ours.d{number} is not distinct from theirs.d{number} then 0
            when ours.d{number} is null or theirs.d{number} is null then 'inf'::double
            else abs(ours.d{number} - theirs.d{number}) / greatest(abs(ours.d{number}), abs(theirs.d{number}), 1)
        end"""
        for number in range(len(doubles))
    ]
    return f"[{', '.join(each)}]::double[]"
