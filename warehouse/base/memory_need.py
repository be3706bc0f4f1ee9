"""When DuckDB may take too little memory for a shop: the limit that would do, in words."""

from __future__ import annotations

import math
import os
import re
from contextlib import suppress

import duckdb

from warehouse.base.errors import WantOfMemory

# Measured: a run of a million customers with 18.4 million order lines goes through with 4 GB, one of 100,000 with 1.8
# million lines with the default of 2 (docs/benchmark.md).
_LINES_PER_GB = 4_610_000
_LEAST_GB = 2
_MARK = "Out of Memory"


def is_want_of_memory(text: str) -> bool:
    """Whether a message of dbt or of DuckDB is about its memory."""
    return _MARK in text


def sufficient_gb(line_count: int) -> int:
    """Return the memory limit, in GB, that a shop of so many order lines goes through with.

    >>> sufficient_gb(18_403_967)
    4
    """
    return max(_LEAST_GB, math.ceil(line_count / _LINES_PER_GB))


def want_of_memory(message: str, limit: str, line_count: int | None) -> WantOfMemory:
    """Say that the limit was too small, and which one does for a shop of that size, where that is known.

    Parameters
    ----------
    message
        What failed, in the words of whoever ran it.
    limit
        `CLIENTELE_MEMORY_LIMIT` as it is.
    """
    what = f"CLIENTELE_MEMORY_LIMIT={limit} is too little memory for this shop: {message}"
    if line_count is None:
        return WantOfMemory(what, "Raise CLIENTELE_MEMORY_LIMIT.")
    needed = sufficient_gb(line_count)
    if needed * 10**9 <= _bytes_of(limit):
        return WantOfMemory(what, f"Raise it further: for {line_count:,} order lines it was thought to do.")
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 10**9
    too_small = f" This machine has {machine:.0f} GB: take a larger one." if needed >= machine else ""
    return WantOfMemory(
        what, f"Set CLIENTELE_MEMORY_LIMIT={needed}GB, which does for {line_count:,} order lines.{too_small}"
    )


def line_count_of(connection: duckdb.DuckDBPyConnection) -> int | None:
    """How many order lines a database has; None where it has no table of them, or cannot say any more."""
    with suppress(duckdb.Error):
        found = connection.execute(
            "select max(estimated_size) from duckdb_tables() where table_name in ('order_items', 'fct_order_items')"
        ).fetchone()
        return found[0] if found else None
    return None


def _bytes_of(limit: str) -> float:
    """What a limit such as 2GB or 512MiB is; 0 where it is written otherwise, as a share of the machine.

    >>> _bytes_of("2GB"), _bytes_of("1 GiB")
    (2000000000.0, 1073741824.0)
    """
    found = re.fullmatch(r"([\d.]+)\s*([kmgt])(i?)b", limit.strip().lower())
    return float(found[1]) * (1024 if found[3] else 1000) ** ("kmgt".index(found[2]) + 1) if found else 0.0
