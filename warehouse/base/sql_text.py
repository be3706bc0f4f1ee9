"""Texts in SQL where a statement takes no bound value (DDL, attach, generated expressions)."""

from __future__ import annotations


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
