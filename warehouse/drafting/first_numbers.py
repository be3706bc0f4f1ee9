"""The first numbers of a drafted source: rows in, rows refused and why, customers, orders and revenue by year."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from warehouse.base.connections import open_build_file
from warehouse.base.printed_tables import aligned
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import ingest_source
from warehouse.marts.build import build_marts
from warehouse.runs.planning import plan_run

_REFUSED = """
select table_name as "table", count(*) as rows, arg_min(reason, (file_name, row_number)) as reason
from quality.quarantined_rows group by table_name, split_part(reason, ':', 1) order by rows desc, table_name, reason
limit 20
"""
_YEARS = """
select
    year(ordered_at)::varchar as year,
    count(distinct customer_id) filter (where is_purchase) as customers,
    count(*) filter (where is_purchase) as orders,
    sum(net_amount) as revenue,
    count(*) filter (where is_guest and order_kind = 'sale') as "orders of guests"
from marts.fct_orders group by all order by year
"""
_CONTRACTS = """
select
    year(started_at)::varchar as year,
    count(*) as contracts,
    count(distinct customer_id) as customers,
    count(ended_at) as "ended since"
from raw.subscriptions group by all order by year
"""

_LONGEST = 90


def run_draft(settings: Settings, name: str, given: Path, tell: Callable[[str], None]) -> None:
    """Load the files by the drafted source, build the marts, and tell what came of it.

    Raises
    ------
    ClienteleError
        From the stage that fails; the drafted folder stays, to be mended.
    """
    for line in land_input(settings, name, given).recognised.lines():
        tell(f"not landed: {line}")
    for line in ingest_source(settings, name).lines():
        tell(line)
    for line in _answer(settings, name, "Refused", _REFUSED):
        tell(line)
    plan = plan_run(settings, name)
    tell(f"building the marts as of {plan.as_of_date} …")
    build_marts(settings, name, plan.as_of_date)
    for title, query in (("Orders by year", _YEARS), ("Contracts by year of their start", _CONTRACTS)):
        for line in _answer(settings, name, title, query):
            tell(line)


def _answer(settings: Settings, name: str, title: str, query: str) -> Iterator[str]:
    with open_build_file(settings, name, read_only=True) as connection:
        found = connection.execute(query)
        columns, rows = [column[0] for column in found.description or ()], found.fetchall()
    if rows:
        yield f"\n{title}:"
        cut = [[value[:_LONGEST] if isinstance(value, str) else value for value in row] for row in rows]
        yield from (f"  {line}" for line in aligned(columns, cut))
