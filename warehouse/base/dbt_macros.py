"""Rules that are written once as dbt macros, for SQL that Python runs: the same text, rendered."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from warehouse.base.definitions import DBT_PROJECT

# Macros that need nothing of dbt's own.
_SHARED = ("held_at", "counts_in_window")


def dbt_macro(name: str) -> Callable[..., str]:
    """A macro of `dbt_project/macros`: called with SQL, it gives SQL.

    >>> dbt_macro("held_at")("$day", "started_at", "ended_at")
    '(started_at < $day and (ended_at is null or ended_at >= $day))'
    """
    return getattr(_rendered(), name)


@cache
def _rendered() -> object:
    from jinja2 import Environment

    texts = ((DBT_PROJECT / "macros" / f"{name}.sql").read_text(encoding="utf-8") for name in _SHARED)
    return Environment(autoescape=False).from_string("".join(texts)).module  # noqa: S701 - SQL, not markup
