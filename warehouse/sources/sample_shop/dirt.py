"""Put dirt into tables and note where it is and what should come of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from warehouse.sources.sample_shop.dirt_kinds import BLANKS, CONFLICT, DUPLICATE, KINDS, DirtKind
from warehouse.sources.sample_shop.settings import SampleShop


@dataclass
class _Soiled:
    """Records that replace others (by position), and further records with the place they belong to."""

    position: list[int] = field(default_factory=list)
    changed: list[dict] = field(default_factory=list)
    place: list[float] = field(default_factory=list)
    further: list[dict] = field(default_factory=list)
    # per dirty record: its kind, and where it is (−1 − n for the n-th further record)
    noted: list[tuple[DirtKind, int]] = field(default_factory=list)


def soil(shop: SampleShop, name: str, table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Make a share of the records of a table dirty.

    Parameters
    ----------
    name
        The contract table, a key of ``KINDS``.
    table
        Its clean content.

    Returns
    -------
    The table as text, and the notes: one row per dirty record with ``row_number`` counting from 1.
    """
    rng = shop.stream(f"dirt {name}")
    text = as_text(table)
    count = round(shop.dirt_share * len(text))
    rows = np.sort(rng.choice(len(text), size=count, replace=False))
    soiled = _soil_rows(rng, text, rows, KINDS[name])
    whole, position = _put_together(text, soiled)
    row_number = [int(position[at] if at >= 0 else position[len(text) - 1 - at]) + 1 for _, at in soiled.noted]
    notes = pa.table(
        {
            "file": pa.repeat(f"{name}.csv", count),
            "row_number": pa.array(row_number, pa.int64()),
            "table": pa.repeat(name, count),
            "kind": pa.array([kind.name for kind, _ in soiled.noted], pa.string()),
            "column": pa.array([kind.column or None for kind, _ in soiled.noted], pa.string()),
            "expected": pa.array([kind.expected for kind, _ in soiled.noted], pa.string()),
        }
    )
    return whole, notes.sort_by("row_number")


def as_text(table: pa.Table) -> pa.Table:
    """Give all columns of a table as text."""
    return pa.table({name: table[name].cast(pa.string()) for name in table.column_names}).combine_chunks()


def _soil_rows(rng: np.random.Generator, text: pa.Table, rows: np.ndarray, kinds: tuple[DirtKind, ...]) -> _Soiled:
    soiled = _Soiled()
    waiting = list(kinds)  # all take turns; one that suits few records stays in front until one comes
    for row, record in zip(rows.tolist(), text.take(pa.array(rows)).to_pylist(), strict=True):
        kind = next(kind for kind in waiting if _suits(kind, record))
        waiting.remove(kind)
        waiting.append(kind)
        dirty = record if kind.name == DUPLICATE else record | {kind.column: _dirty_value(kind, record, row)}
        if kind.name in (DUPLICATE, CONFLICT):
            # Anywhere later, or earlier.
            drawn = float(rng.random())
            place = row + 0.5 + (len(text) - row) * drawn if kind.name == DUPLICATE else row * drawn - 0.5
            soiled.place.append(place)
            soiled.further.append(dirty)
            soiled.noted.append((kind, -len(soiled.further)))
        else:
            soiled.position.append(row)
            soiled.changed.append(dirty)
            soiled.noted.append((kind, row))
    return soiled


def _suits(kind: DirtKind, record: dict) -> bool:
    if kind.only_where and record[kind.only_where[0]] != kind.only_where[1]:
        return False
    return kind.name != BLANKS or record[kind.column] is not None


def _dirty_value(kind: DirtKind, record: dict, row: int) -> str:
    if kind.name == BLANKS:
        return f"  {record[kind.column]} "
    return kind.values[row % len(kind.values)]


def _put_together(text: pa.Table, soiled: _Soiled) -> tuple[pa.Table, np.ndarray]:
    """Give the whole table and the new position of every record (further ones after the others)."""
    count = len(text)
    source = np.arange(count + len(soiled.further))
    source[count:] += len(soiled.changed)
    source[np.array(soiled.position, dtype=np.int64)] = count + np.arange(len(soiled.changed))
    place = np.concatenate([np.arange(count), np.array(soiled.place)])
    by = np.argsort(place, kind="stable")
    parts = [text, *(pa.Table.from_pylist(part, text.schema) for part in (soiled.changed, soiled.further))]
    position = np.empty(len(by), dtype=np.int64)
    position[by] = np.arange(len(by))
    return pa.concat_tables(parts).take(pa.array(source[by])), position
