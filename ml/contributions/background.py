"""Rows of which things are computed once: those that all others are compared with, and those that are being scored."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import pandas as pd

Found = TypeVar("Found")
# Up to so many rows a call costs more than its rows.
FEW_ROWS = 64


class Background(pd.DataFrame):
    """Rows that do not change any more, and what was computed of them.

    A part of them is an ordinary frame.
    """

    # pyrefly: ignore[missing-attribute] (pandas says so of classes derived from it)
    _internal_names = [*pd.DataFrame._internal_names, "kept"]  # noqa: RUF012 - as pandas has it
    _internal_names_set = set(_internal_names)  # noqa: RUF012

    def __init__(self, rows: pd.DataFrame) -> None:
        super().__init__(rows)  # pyrefly: ignore[bad-argument-count] (pandas has no types)
        self.kept: dict[Hashable, Any] = {}

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame


def like(rows: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """The other rows, of which things are kept if they are of these."""
    return Background(others) if isinstance(rows, Background) else others


def kept(rows: pd.DataFrame, what: str, compute: Callable[[], Found], of: object = None) -> Found:
    """What `compute` gives, computed once for each `what` if the rows are a `Background`, else anew.

    Parameters
    ----------
    of
        The model that it depends on as well, which is kept with it.
    """
    if not isinstance(rows, Background):
        return compute()
    key = (what, id(of))
    if key not in rows.kept:
        rows.kept[key] = (compute(), of)
    return rows.kept[key][0]
