"""How often a file is opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest


@contextmanager
def counted_opens(file: Path) -> Iterator[list[bool]]:
    """Note each opening of a DuckDB file in this process: whether it is to be read only."""
    opened: list[bool] = []
    connect = duckdb.connect

    def noted(database: Any = ":memory:", read_only: bool = False, **options: Any) -> Any:
        if Path(str(database)) == file:
            opened.append(read_only)
        return connect(database, read_only=read_only, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("duckdb.connect", noted)
        yield opened
