"""What became of a file's rows in one table, in words."""

from __future__ import annotations

from collections.abc import Iterator

from warehouse.loading.file_loading import TableLoad

_ORDERS_SHOWN = 10


def counts_in_words(load: TableLoad) -> str:
    """Say that the counts balance, and how many rows the records of the file gave."""
    read = f"{load.rows_read:,} rows read"
    if load.rows_landed is not None and load.rows_landed != load.rows_read:
        read = f"{load.rows_landed:,} records gave {load.rows_read:,} rows"
    derived = " (derived)" if load.is_derived else ""
    return (
        f"{load.file_name} → raw.{load.table_name}{derived}: {read} = {load.rows_loaded:,} loaded + "
        f"{load.rows_quarantined:,} quarantined + {load.rows_already_loaded:,} already loaded"
    )


def lost_lines_in_words(load: TableLoad) -> Iterator[str]:
    """Name the orders that are worth less than they should be, because lines of them were refused."""
    orders = load.quarantined_orders
    if orders:
        lines = _counted(load.rows_quarantined, "line")
        named = ", ".join(orders[:_ORDERS_SHOWN]) + (" …" if len(orders) > _ORDERS_SHOWN else "")
        what = "this order is worth less than it" if len(orders) == 1 else "these orders are worth less than they"
        yield (
            f"  WARNING: {lines} of {_counted(len(orders), 'order')} in quarantine ({named}): {what} should be. "
            "quality.quarantined_rows has the reasons; mend the rows and hand the file in again."
        )


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
