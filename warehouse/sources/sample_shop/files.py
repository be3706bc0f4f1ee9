"""Write tables to files that appear together, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.base.durable_files import staged_name


@contextmanager
def written_together() -> Iterator[Callable[[Path], Path]]:
    """Give for each path another one to write to; all get their names at the end of the block.

    A block that breaks off leaves earlier files as they were.
    """
    pending: dict[Path, Path] = {}

    def staged(path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        return pending.setdefault(path, staged_name(path))

    try:
        yield staged
        for path, temporary in pending.items():
            temporary.replace(path)
    finally:
        for temporary in pending.values():
            temporary.unlink(missing_ok=True)


def write_csv(path: Path, table: pa.Table) -> None:
    """Write a table with a header; only values that need quotes get them, missing ones are empty."""
    with duckdb.connect() as con:
        con.from_arrow(table).write_csv(str(path), header=True)


def write_json(path: Path, content: dict) -> None:
    """Write readable JSON."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
