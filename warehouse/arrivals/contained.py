"""What the live version contains: which files, by their places in the order of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from warehouse.base.connections import open_version
from warehouse.base.settings import Settings
from warehouse.publishing.published_versions import folder_of, live_version

# A file that was loaded after the marts had passed their gate is in the counts of the version, but not in its marts.
_CONTAINED = """
select distinct arrival_number
from quality.file_loads
where arrival_number is not null and loaded_at <= coalesce((
    select max(validated_at) from quality.validation_results where gate = 'marts' and pipeline_run_id = $run
), timestamp 'infinity')
"""
_LIVE = """
select source, as_of_date, pipeline_run_id
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
    arrival_numbers: frozenset[int]  # of the files in its marts


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
        return found and LiveVersion(name, folder, found[0], found[1], _contained(connection, found[2]))


def _contained(connection: duckdb.DuckDBPyConnection, run: str) -> frozenset[int]:
    return frozenset(number for (number,) in connection.execute(_CONTAINED, {"run": run}).fetchall())
