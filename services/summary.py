"""What a person wants to know after a run, read from the published file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import duckdb

from services.embedded import has_own_mlflow
from services.environment import Addresses
from services.tables import aligned
from warehouse.connections import open_published
from warehouse.settings import Settings

_ROWS = """
select
    table_name as "table",
    sum(rows_read)::bigint as "rows read",
    sum(rows_loaded)::bigint as loaded,
    sum(rows_quarantined)::bigint as quarantined,
    sum(rows_already_loaded)::bigint as "already loaded"
from quality.file_loads
group by table_name
order by min(loaded_at), table_name
"""
_RUN = """
select source, as_of_date, customers, orders, net_amount, published_version
from quality.pipeline_runs order by published_at desc limit 1
"""
_DECISIONS = """
select
    job, decision, candidate,
    metric_name as metric, round(metric_value, 4) as value,
    baseline_name as "best baseline", round(baseline_value, 4) as "baseline value", reason
from quality.model_promotions
qualify row_number() over (partition by job order by decided_at desc) = 1
order by job
"""
# At risk: likelier than not to stay away. Most valuable: by what they are expected to spend if they stay.
_AT_RISK = """
select
    customer_id as customer, country, segment_name as segment,
    order_count as orders, net_amount as "spent so far", last_order_date as "last order",
    round(churn_probability, 2) as "churn probability", predicted_amount as "predicted spend"
from marts.customer_360
where churn_risk_band = 'high' and predicted_amount is not null
order by net_amount desc, customer_id
limit 10
"""


def summary_lines(settings: Settings, where: Addresses) -> Iterator[str]:
    """Yield the summary of the published warehouse, section by section."""
    with open_published(settings) as connection:
        yield from _run_section(connection)
        yield from _section(connection, "Rows", _ROWS)
        yield from _decision_section(connection)
        yield from _section(connection, "The ten most valuable customers at risk", _AT_RISK)
    yield ""
    yield from address_lines(settings, where)


def address_lines(settings: Settings, where: Addresses) -> Iterator[str]:
    """Yield where to look."""
    yield f"Airflow     {where.airflow}"
    yield f"MLflow      {settings.mlflow_tracking_uri if has_own_mlflow(settings) else where.mlflow}"
    yield f"Data Docs   {settings.data_docs_folder / 'index.html'}"
    yield f"Warehouse   {settings.published_file}   (make sql)"


def _run_section(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    found = connection.execute(_RUN).fetchone()
    if found:
        source, as_of_date, customers, orders, net_amount, version = found
        yield ""
        yield f"{source} as of {as_of_date}: {customers:,} customers, {orders:,} orders, {net_amount:,.2f} net"
        yield f"published as version {version}"


def _section(connection: duckdb.DuckDBPyConnection, title: str, query: str) -> Iterator[str]:
    columns, rows = _answer(connection, query)
    yield ""
    yield title
    yield from (f"  {line}" for line in (aligned(columns, rows) if rows else ["none"]))


def _decision_section(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    columns, rows = _answer(connection, _DECISIONS)
    yield ""
    yield "Models in service"
    if not rows:
        yield "  none"
        return
    yield from (f"  {line}" for line in aligned(columns[:-1], [row[:-1] for row in rows]))
    for row in rows:
        yield from textwrap.wrap(f"{row[0]}: {row[-1]}", 118, initial_indent="  ", subsequent_indent="    ")


def _answer(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    result = connection.execute(query)
    return [column[0] for column in result.description], result.fetchall()
