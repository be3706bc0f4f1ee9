"""What an export says of itself: counts, columns, files; nothing of any person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from warehouse.base.declarations import Frozen


class ExportedFile(Frozen):
    """One file, and how to tell whether it arrived."""

    name: str
    rows: int
    bytes: int
    sha256: str


class Column(Frozen):
    """One column, with its type in Parquet."""

    name: str
    type: str


class Manifest(Frozen):
    """What an export is and what is in it; nothing personal."""

    audience: str
    description: str
    owner: str
    channel: str
    condition: str
    source: str
    as_of_date: date
    hold_out_share: float
    counts: Mapping[str, int]  # as selected: why who matched is not in the files
    columns: tuple[Column, ...] = ()
    has_personal_columns: bool
    files: tuple[ExportedFile, ...] = ()
    warehouse_version: str = ""  # published with this selection; empty: none
    pipeline_run_id: str = ""
    exported_at: datetime
    folder: str  # below CLIENTELE_HOME
    erased_count: int = 0  # customers erased from the files since
