"""What the shorter horizons expect of a customer: a longer one, whose model is another, must not expect less."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

# By column of the score tables the one of the features that holds the greatest value of the shorter horizons.
LEAST_AMOUNTS = {
    name: f"least_{name}" for name in ("predicted_amount", "predicted_lower_amount", "predicted_upper_amount")
}


def least_amounts(connection: duckdb.DuckDBPyConnection, as_of_date: date, tables: tuple[str, ...]) -> pd.DataFrame:
    """The columns of `LEAST_AMOUNTS` by the newest scores of each table, one row per customer scored in one of them."""
    known = {row[0] for row in connection.execute(_TABLES).fetchall()}
    newest = " union all ".join(_NEWEST.format(table=table) for table in tables if table in known)
    if not newest:
        return pd.DataFrame(columns=["customer_id", *LEAST_AMOUNTS.values()])
    greatest = ", ".join(f"cast(max({name}) as double) as {least}" for name, least in LEAST_AMOUNTS.items())
    return connection.execute(
        f"select customer_id, {greatest} from ({newest}) group by customer_id", {"as_of_date": as_of_date}
    ).df()


_TABLES = "select table_name from duckdb_tables() where schema_name = 'scores'"
_NEWEST = """
    select customer_id, predicted_amount, predicted_lower_amount, predicted_upper_amount
    from scores.{table}
    where as_of_date = $as_of_date and status = 'scored'
    qualify row_number() over (partition by customer_id order by scored_at desc, model_name, model_version desc) = 1
"""
