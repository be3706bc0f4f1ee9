"""An old export that is landed again: erased people are taken out of it before it is read."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

import duckdb

from warehouse.base.rows import insert_rows
from warehouse.base.settings import Settings
from warehouse.landing.recognition import LandedFile
from warehouse.privacy.landed_rows import affected_rows
from warehouse.privacy.landing_erasure import rewritten
from warehouse.privacy.suppression import Suppressed, suppress
from warehouse.source_definitions.folders import Source

_log = logging.getLogger(__name__)


def note_orders_of_erased(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: Source,
    files: Iterable[LandedFile],
    suppressed: Suppressed | None,
) -> Suppressed | None:
    """Put orders of erased people whose ids hold theirs on the list, so that their lines are known in any file."""
    if suppressed is None:
        return None
    orders: frozenset[str] = frozenset()
    for file in files:
        if file.kind.rows_are != "orders" or file.kind.format == "lines":
            continue
        affected = affected_rows(connection, file, suppressed, settings.unpacked_file_limit_bytes)
        orders |= affected.naming.orders if affected.naming else frozenset()
    return suppress(settings, source.name, [], order_ids=orders)


def take_out_erased(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: Source,
    file: LandedFile,
    suppressed: Suppressed | None,
) -> int:
    """Rewrite a landed file without the rows of erased people, and record how many they were; 0 where none.

    Their orders become orders of nobody; the file keeps its place in the order of arrival. The loader then reads what
    is left: rows read = loaded + quarantined + known of the file as it stands.

    Raises
    ------
    LandingError
        If the file cannot be read or rewritten.
    """
    if suppressed is None:
        return 0
    found = rewritten(connection, source, file, suppressed, limit_bytes=settings.unpacked_file_limit_bytes)
    if found is None:
        return 0
    found.put_in_place(settings.landing_of(source.name))
    row = {
        "taken_out_at": datetime.now(UTC).replace(tzinfo=None),
        "source": source.name,
        "file_name": file.name,
        "rows_erased": len(found.affected.dropped),
        "orders_made_anonymous": len(found.affected.made_guest),
    }
    insert_rows(connection, "quality.relanded_rows", [row])
    _log.info("%s: %s rows of erased people taken out", file.name, f"{len(found.affected):,}")
    return len(found.affected)
