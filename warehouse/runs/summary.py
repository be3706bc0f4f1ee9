"""What a pipeline run did, read from the version it published: rows, changes, warnings, decisions, drift.

One page for each published run, in var/docs/runs; `make demo` and `make run` print the same sections.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.base.connections import open_published
from warehouse.base.durable_files import write_text_durably
from warehouse.base.markdown import plain, table
from warehouse.base.settings import Settings

_RUN = """
select source, as_of_date, customers, orders, net_amount, published_version, pipeline_run_id
from quality.pipeline_runs where status = 'live'
"""
# The version of the same source that was published before the live one.
_FORMER = """
with live as (select * from quality.pipeline_runs where status = 'live'),
former as (
    select runs.* from quality.pipeline_runs as runs inner join live on runs.source = live.source
    where runs.published_at < live.published_at and runs.status <> 'failed'
    order by runs.published_at desc limit 1
)
"""
_ROWS = f"""
{_FORMER}
select
    table_name as "table",
    sum(rows_read)::bigint as "rows read",
    sum(rows_loaded)::bigint as loaded,
    sum(rows_quarantined)::bigint as quarantined,
    sum(rows_already_loaded)::bigint as "already loaded"
from quality.file_loads
where loaded_at > coalesce((select published_at from former), timestamp '1970-01-01')
group by table_name
order by min(loaded_at), table_name
"""
# By what is wrong; one reason stands for all that are wrong in the same column.
_QUARANTINE = f"""
{_FORMER}
select table_name as "table", count(*) as rows, min(file_name) as "file, for one",
    arg_min(reason, (file_name, row_number)) as reason
from quality.quarantined_rows
where quarantined_at > coalesce((select published_at from former), timestamp '1970-01-01')
group by table_name, split_part(reason, ':', 1)
order by rows desc, table_name, reason
"""
_CHANGES = f"""
{_FORMER},
figures as (
    unpivot (
        select 'live' as which, customers::decimal(18, 2) as customers, orders::decimal(18, 2) as orders, net_amount,
            published_rows::decimal(18, 2) as "published rows" from live
        union all
        select 'former', customers, orders, net_amount, published_rows from former
    ) on customers, orders, net_amount, "published rows" into name figure value amount
)
select figure, min(amount) filter (which = 'former') as former, min(amount) filter (which = 'live') as live,
    live - former as change
from figures group by figure having former is not null order by figure
"""
_WARNINGS = """
select distinct coalesce(nullif(concat_ws('.', table_name, column_name), ''), 'all tables') as "table", gate,
    unexpected_count as "rows that break it", first_step as "first step", description as rule
from quality.validation_results
where not success and severity <> 'critical'
    and pipeline_run_id = (select pipeline_run_id from quality.pipeline_runs where status = 'live')
order by all
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
_DRIFT = """
select job, column_name as "column", round(psi, 3) as psi, status
from quality.drift
where as_of_date = (select as_of_date from quality.pipeline_runs where status = 'live')
    and status in ('watch', 'drifted')
qualify row_number() over (partition by job, column_name order by measured_at desc) = 1
order by job, psi desc
"""
_AUDIENCES = """
select audience_name as audience, status, matched_count as "who match", without_consent_count as "without consent",
    over_own_limit_count + over_common_limit_count as "contacted too often", held_out_count as "held out",
    exported_count as "to contact", reason
from marts.audience_overview
where as_of_date = (select as_of_date from quality.pipeline_runs where status = 'live')
order by audience
"""


@dataclass(frozen=True)
class Section:
    """One table of the summary.

    Attributes
    ----------
    is_for_terminal
        Whether `make demo` and `make run` print it too.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    is_for_terminal: bool = False


@dataclass(frozen=True)
class RunSummary:
    """A published run in figures."""

    version: str
    pipeline_run_id: str
    headline: str
    published: str
    sections: tuple[Section, ...]

    @property
    def counts(self) -> str:
        """What the run met with, in a line: warnings, decisions, drift."""
        sizes = {section.title: len(section.rows) for section in self.sections}
        return f"{sizes['Warnings of the gates']} gate warnings, {sizes['Drift']} columns drift or are watched"


def read_summary(connection: duckdb.DuckDBPyConnection) -> RunSummary | None:
    """Read the summary of the live version out of an open published file; None where none is live."""
    found = connection.execute(_RUN).fetchone()
    if found is None:
        return None
    source, as_of_date, customers, orders, net_amount, version, run_id = found
    return RunSummary(
        version=version,
        pipeline_run_id=run_id,
        headline=f"{source} as of {as_of_date}: {customers:,} customers, {orders:,} orders, {net_amount:,.2f} net",
        published=f"published as version {version}",
        sections=(
            read_section(connection, "Rows", _ROWS, is_for_terminal=True),
            read_section(connection, "Quarantined rows", _QUARANTINE, is_for_terminal=True),
            read_section(connection, "Changes against the former version", _CHANGES, is_for_terminal=True),
            read_section(connection, "Warnings of the gates", _WARNINGS, is_for_terminal=True),
            read_section(connection, "Models in service", _DECISIONS, is_for_terminal=True),
            read_section(connection, "Drift", _DRIFT),
            *_audiences(connection),
        ),
    )


def _audiences(connection: duckdb.DuckDBPyConnection) -> Iterator[Section]:
    """The audiences of the run; nothing in a version that was published without any."""
    try:
        yield read_section(connection, "Audiences", _AUDIENCES)
    except duckdb.CatalogException:
        return


def page_of(settings: Settings, version: str) -> Path:
    """Where the page of a published version is, once it is written."""
    return settings.run_summaries_folder / f"{version}.md"


def write_run_summary(settings: Settings) -> tuple[RunSummary, Path] | None:
    """Write the page of the live version's run, as text and for browsers; return the summary and the file of the text.

    None where none is live.
    """
    from warehouse.runs.summary_html import html

    with open_published(settings) as connection:
        summary = read_summary(connection)
    if summary is None:
        return None
    file = page_of(settings, summary.version)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text_durably(file, "\n".join(markdown(summary)) + "\n")
    write_text_durably(file.with_suffix(".html"), "\n".join(html(summary)) + "\n")
    return summary, file


def markdown(summary: RunSummary) -> Iterator[str]:
    """Yield the page line by line."""
    yield f"# {plain(summary.headline)}"
    yield ""
    yield f"Pipeline run `{summary.pipeline_run_id}`, {summary.published}."
    for section in summary.sections:
        yield ""
        yield f"## {section.title}"
        yield ""
        if not section.rows:
            yield "None."
            continue
        yield from table(section.columns, section.rows)


def read_section(
    connection: duckdb.DuckDBPyConnection, title: str, query: str, *, is_for_terminal: bool = False
) -> Section:
    """The answer of a query as a section."""
    result = connection.execute(query)
    columns = tuple(column[0] for column in result.description)
    return Section(title, columns, tuple(result.fetchall()), is_for_terminal)
