"""What the live version contains: which files, by their places in the order of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from warehouse.base.connections import open_version
from warehouse.base.settings import Settings
from warehouse.base.time_zones import local_time
from warehouse.landing.arrival.order import Arrival
from warehouse.publishing.published_versions import folder_of, live_version

_CURRENT = timedelta(days=1)  # how far the as-of date of a version may lie before the day of its publication
# A file that was loaded after the marts had passed their gate is in the counts of the version, but not in its marts.
_CONTAINED = """
select distinct arrival_number
from quality.file_loads
where arrival_number is not null and loaded_at <= coalesce((
    select max(validated_at) from quality.validation_results where gate = 'marts' and pipeline_run_id = $run
), timestamp 'infinity')
"""
_LIVE = """
select source, as_of_date, published_at, pipeline_run_id
from quality.pipeline_runs
where published_version = $version
order by status_at desc limit 1
"""


@dataclass(frozen=True)
class LiveVersion:
    """The live version, as far as it matters for what came after it."""

    name: str
    folder: Path
    source: str
    as_of_date: date
    published_at: datetime  # UTC, without zone
    arrival_numbers: frozenset[int]  # of the files in its marts

    def may_lack_orders_of(self, arrival: Arrival, time_zone: str) -> bool:
        """Whether a file may hold orders that the version's marts do not.

        They end where its as-of date begins: an order of that day, or after, is not in them though its file is. Such an
        order cannot have arrived before. A version of a past date lacks them because somebody asked for that date.
        """
        if arrival.arrival_number not in self.arrival_numbers:
            return True
        if not arrival.arrived_at or local_time(self.published_at, time_zone).date() - self.as_of_date > _CURRENT:
            return False
        arrived_at = datetime.fromisoformat(arrival.arrived_at).astimezone(UTC).replace(tzinfo=None)
        return local_time(arrived_at, time_zone).date() >= self.as_of_date


def read_live(settings: Settings) -> LiveVersion | None:
    """The live version; None before the first publication.

    Raises
    ------
    WarehouseUnreadable
        If it cannot be read.
    """
    name = live_version(settings)
    if name is None:
        return None
    folder = folder_of(settings, name)
    with open_version(folder, settings) as connection:
        found = connection.execute(_LIVE, {"version": name}).fetchone()
        if found is None:
            return None
        source, as_of_date, published_at, run = found
        return LiveVersion(name, folder, source, as_of_date, published_at, _contained(connection, run))


def _contained(connection: duckdb.DuckDBPyConnection, run: str) -> frozenset[int]:
    return frozenset(number for (number,) in connection.execute(_CONTAINED, {"run": run}).fetchall())
