"""Taking records out of a landed Parquet file; schema, metadata and all other values stay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.landing.recognition import LandedFile
from warehouse.privacy.landed_rows import Affected

_BATCH_ROWS = 100_000


def rewrite_parquet(file: LandedFile, affected: Affected, target: Path) -> None:
    """Write the file without the affected records, batch by batch."""
    with pq.ParquetFile(file.path) as original:
        schema = original.schema_arrow
        codec = original.metadata.row_group(0).column(0).compression if original.num_row_groups else "snappy"
        first = 1
        with pq.ParquetWriter(target, schema, compression=codec.lower()) as writer:
            for batch in original.iter_batches(_BATCH_ROWS):
                numbers = np.arange(first, first + batch.num_rows)
                first += batch.num_rows
                writer.write_table(_changed(pa.Table.from_batches([batch], schema), numbers, affected))


def _changed(table: pa.Table, numbers: np.ndarray, affected: Affected) -> pa.Table:
    if affected.guest_column:
        is_guest = pa.array(np.isin(numbers, list(affected.made_guest)))
        position = [name.strip() for name in table.column_names].index(affected.guest_column)
        field = table.schema.field(position)
        # A column that may not be null is emptied to the empty text.
        empty = pa.scalar(None if field.nullable else "", field.type)
        emptied = pc.if_else(is_guest, empty, table.column(position))
        table = table.set_column(position, field, emptied)
    table = _cleaned(table, numbers, affected)
    return table.filter(pa.array(~np.isin(numbers, list(affected.dropped))))


def _cleaned(table: pa.Table, numbers: np.ndarray, affected: Affected) -> pa.Table:
    """The records that name the person get other texts."""
    places = np.flatnonzero(np.isin(numbers, list(affected.cleaned)))
    if not len(places):
        return table
    texts = [
        at
        for at, field in enumerate(table.schema)
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
    ]
    names = {at: table.column_names[at].strip() for at in texts}
    columns = {at: table.column(at).to_pylist() for at in texts}
    for place in places.tolist():
        fields = {names[at]: columns[at][place] for at in texts}
        changes = affected.changes(int(numbers[place]), fields)
        for at in texts:
            # The customer of a guest's order is emptied for all of them together.
            if names[at] in changes and names[at] != affected.guest_column:
                columns[at][place] = changes[names[at]]
    for at in texts:
        field = table.schema.field(at)
        table = table.set_column(at, field, pa.array(columns[at], field.type))
    return table
