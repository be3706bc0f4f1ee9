"""What a person wants to know after a run, read from the published file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from dashboard.access import sign_in_link as sign_in_to_dashboard
from services.embedded import has_own_mlflow
from services.environment import Addresses
from services.sign_in import sign_in_link, sign_in_to_mlflow
from warehouse.base.browser_pages import MLFLOW_FIRST_PAGE
from warehouse.base.connections import one_row, open_published
from warehouse.base.errors import PublishError
from warehouse.base.printed_tables import aligned
from warehouse.base.settings import Settings
from warehouse.marts.dbt_docs import page_of_dbt
from warehouse.publishing.published_versions import PAGE
from warehouse.runs.summary import Section, page_of, read_section, read_summary

_MOST_ROWS = 10  # of a section; the page of the run has all
_FOLDED = ("reason", "rule")  # shown below the table, as they are long
_FOR_THE_PAGE = ("first step",)

# Who is on the list is decided in one place, with everybody's action: dbt_project/macros/next_best_action.sql.
_TO_CALL = """
select
    customer_id as customer, country, segment_name as segment,
    order_count as orders, net_amount as "spent so far", last_order_date as "last order",
    round(churn_probability, 2) as "churn probability", value_at_stake_amount as "at stake",
    expected_loss_amount as "expected loss"
from marts.customer_360
where next_best_action = 'call_personally'
order by expected_loss_amount desc, customer_id
limit 10
"""
_NOT_TO_CALL = """
select count(*) from marts.customer_360
where next_best_action_with_consent = 'call_personally' and next_best_action = 'do_not_contact'
"""


def summary_lines(settings: Settings) -> Iterator[str]:
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
        yield from _lines(read_section(connection, "The most valuable customers at risk: whom to call first", _TO_CALL))
        if (not_to_call := one_row(connection, _NOT_TO_CALL)[0]) > 0:
            yield f"  {not_to_call} more would be called, but have not agreed to be contacted"
    yield ""
    if summary:
        yield f"All of it   {page_of(settings, summary.version)}"


def standing_line(settings: Settings) -> str:
    """What readers see now, whatever became of the last run."""
    try:
        with open_published(settings) as connection:
            summary = read_summary(connection)
    except PublishError:
        summary = None
    if summary is None:
        return "Nothing is published yet."
    return f"What was published before stands: {summary.headline} ({summary.published})."


def address_lines(settings: Settings, where: Addresses) -> Iterator[str]:
    """Yield where to look."""
    yield f"Dashboard   {sign_in_to_dashboard(settings, where.dashboard)}"
    yield f"Airflow     {sign_in_link(settings, where)}"
    yield f"MLflow      {mlflow_address(settings, where)}"
    yield from page_lines(settings)
    yield f"Warehouse   {settings.published_file}   (make sql)"


def page_lines(settings: Settings) -> Iterator[str]:
    """Yield the addresses of the pages that open from the disk, whatever runs."""
    pages = {
        "Data Docs": (settings.data_docs_folder / "index.html", "what the gates said"),
        "Lineage": (page_of_dbt(settings), "dbt's pages: models, columns, graph"),
        "On a page": (settings.published_folder / PAGE, "the pictures that matter, to mail"),
    }
    for name, (file, words) in pages.items():
        if file.exists():
            yield f"{name:<11} {file.as_uri()}   ({words})"


def mlflow_address(settings: Settings, where: Addresses) -> str:
    """The link that opens MLflow signed in; or where a server of the person's own shows trained models."""
    if has_own_mlflow(settings):
        return f"{settings.mlflow_tracking_uri.rstrip('/')}{MLFLOW_FIRST_PAGE}"
    return sign_in_to_mlflow(settings, where)


def _lines(section: Section) -> Iterator[str]:
    """The section as an aligned table of its first rows; what is long in them is folded below it."""
    is_folded = section.columns[-1] in _FOLDED
    columns = [name for name in section.columns if name not in (*_FOLDED, *_FOR_THE_PAGE)]
    shown = section.rows[:_MOST_ROWS]
    rows = [[row[section.columns.index(name)] for name in columns] for row in shown]
    yield ""
    yield section.title
    yield from (f"  {line}" for line in (aligned(columns, rows) if rows else ["none"]))
    if is_folded:
        for row in shown:
            yield from textwrap.wrap(f"{row[0]}: {row[-1]}", 118, initial_indent="  ", subsequent_indent="    ")
    if len(section.rows) > _MOST_ROWS:
        yield f"  … and {len(section.rows) - _MOST_ROWS} more"
