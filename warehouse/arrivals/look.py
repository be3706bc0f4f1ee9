"""A look at what has arrived since the live version was made: seconds, whatever the size of the shop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from warehouse.arrivals.arrived_rows import arrived_rows
from warehouse.arrivals.contained import LiveVersion, read_live
from warehouse.arrivals.figures import Figures, figures
from warehouse.arrivals.since_file import write_since
from warehouse.base.connections import one_row
from warehouse.base.rows import as_dicts
from warehouse.base.settings import Settings
from warehouse.base.time_zones import local_now
from warehouse.source_definitions.folders import load_source

_FILES = """
select file_name, table_name, any_value(arrived_at) as arrived_at, sum(rows_read) as rows_read,
    sum(rows_quarantined) as rows_quarantined, null as left_because
from quality.file_loads where not list_contains($contained, arrival_number) group by file_name, table_name
union all
select file_name, null, null, 0, 0, reason from not_looked_at
order by arrived_at nulls last, file_name, table_name
"""
_COUNTS = """
select
    max(arrived_at) as last_arrived_at,
    count(distinct hand_in) as hand_in_count,
    count(distinct arrival_number) as file_count,
    (select count(*) from not_looked_at) as left_file_count,
    coalesce(sum(rows_read) filter (where not is_derived), 0) as rows_read,
    coalesce(sum(rows_quarantined), 0) as rows_quarantined
from quality.file_loads
where not list_contains($contained, arrival_number)
"""

_NEWEST = """
select coalesce(max(arrival_number), 0)
from (select arrival_number from quality.file_loads union select arrival_number from not_looked_at)
"""


@dataclass(frozen=True)
class Since:
    """What has arrived since the live version was made."""

    summary: dict[str, Any] | None  # None: nothing is published yet, or another source
    has_news: bool = False  # a file that arrived after all that the live version contains

    def lines(self) -> Iterator[str]:
        """It in words."""
        if self.summary is None:
            yield "Nothing of this source is published: the first run will show what arrived."
        elif not any(self.summary[name] for name in ("file_count", "left_file_count", "order_count")):
            yield f"Nothing has arrived since version {self.summary['published_version']} was made."
        else:
            yield (
                "Since version {published_version} was made: {order_count:,} orders of {customer_count:,} customers "
                "({new_customer_count:,} new), net {net_amount:,.2f}; {changed_order_count:,} orders changed; "
                "{file_count:,} files, {rows_read:,} rows, {rows_quarantined:,} of them kept out."
            ).format(**self.summary)
            if left := self.summary["left_file_count"]:
                yield f"{left:,} files were not looked at; since.files says why."


def look(settings: Settings, source_name: str) -> Since:
    """Load what arrived beside the build file, and write what it amounts to beside the live version.

    Raises
    ------
    SourceError
        If the source is unknown or wrong.
    WarehouseBusy
        If another process looks, or a person is being erased.
    DbtFailed
        If the models cannot be compiled, where that has not been done yet.
    """
    source = load_source(settings, source_name)
    live = read_live(settings)
    if live is None or live.source != source.name:
        return Since(None)
    tomorrow = local_now(source.time_zone).date() + timedelta(days=1)
    with arrived_rows(settings, source, live) as connection:
        found = figures(connection, settings, live, tomorrow)
        summary = _summary(connection, live, found)
        files = as_dicts(connection.execute(_FILES, _contained(live)))
        write_since(settings, {"summary": [summary], "orders_by_hour": found.hours, "files": files})
        newest, *_ = one_row(connection, _NEWEST)
    return Since(summary, newest > max(live.arrival_numbers, default=0))


def _contained(live: LiveVersion) -> dict[str, list[int]]:
    return {"contained": sorted(live.arrival_numbers)}


def _summary(connection: duckdb.DuckDBPyConnection, live: LiveVersion, found: Figures) -> dict[str, Any]:
    [counts] = as_dicts(connection.execute(_COUNTS, _contained(live)))
    return {
        "published_version": live.name,
        "source": live.source,
        "as_of_date": live.as_of_date,
        "looked_at": datetime.now(UTC).replace(tzinfo=None),
        **counts,
        **found.totals,
    }
