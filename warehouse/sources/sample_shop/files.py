"""Write tables to files that are either whole or not there."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq


class Staging:
    """Files written under a temporary name; ``finish`` gives all of them their names.

    A run that breaks off leaves earlier files as they were.
    """

    def __init__(self) -> None:
        self._pending: list[tuple[Path, Path]] = []

    def _new(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.tmp")
        self._pending.append((temporary, path))
        return temporary

    def write_csv(self, path: Path, table: pa.Table) -> None:
        """Write a table with a header; only values that need quotes get them, missing ones are empty."""
        with duckdb.connect() as con:
            con.from_arrow(table).write_csv(str(self._new(path)), header=True)

    def write_parquet(self, path: Path, table: pa.Table) -> None:
        """Write a table with its types."""
        pq.write_table(table, self._new(path), compression="zstd")

    def write_json(self, path: Path, content: dict) -> None:
        """Write readable JSON."""
        self._new(path).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def finish(self) -> tuple[Path, ...]:
        """Rename everything into place and give the paths."""
        for temporary, path in self._pending:
            temporary.replace(path)
        done = tuple(path for _, path in self._pending)
        self._pending.clear()
        return done

    def discard(self) -> None:
        """Remove what has not been renamed."""
        for temporary, _ in self._pending:
            temporary.unlink(missing_ok=True)
        self._pending.clear()
