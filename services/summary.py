"""What a person wants to know after a run, read from the published file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from services.embedded import has_own_mlflow
from services.environment import Addresses
from services.tables import aligned
from warehouse.connections import open_published
from warehouse.run_summary import Section, read_summary
from warehouse.settings import Settings

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
        summary = read_summary(connection)
        if summary:
            yield ""
            yield summary.headline
            yield summary.published
            for section in summary.sections:
                if section.is_for_terminal:
                    yield from _lines(section)
        at_risk = connection.execute(_AT_RISK)
        columns = tuple(column[0] for column in at_risk.description)
        yield from _lines(Section("The ten most valuable customers at risk", columns, tuple(at_risk.fetchall())))
    yield ""
    yield from address_lines(settings, where)


def address_lines(settings: Settings, where: Addresses) -> Iterator[str]:
    """Yield where to look."""
    yield f"Airflow     {where.airflow}"
    yield f"MLflow      {settings.mlflow_tracking_uri if has_own_mlflow(settings) else where.mlflow}"
    yield f"Data Docs   {settings.data_docs_folder / 'index.html'}"
    yield f"Warehouse   {settings.published_file}   (make sql)"


def _lines(section: Section) -> Iterator[str]:
    """The section as an aligned table; long reasons are folded below it."""
    has_reasons = section.columns[-1:] == ("reason",)
    columns = section.columns[:-1] if has_reasons else section.columns
    rows = [row[: len(columns)] for row in section.rows]
    yield ""
    yield section.title
    yield from (f"  {line}" for line in (aligned(columns, rows) if rows else ["none"]))
    if has_reasons:
        for row in section.rows:
            yield from textwrap.wrap(f"{row[0]}: {row[-1]}", 118, initial_indent="  ", subsequent_indent="    ")
