"""Texts in SQL where a statement takes no bound value (DDL, attach, generated expressions)."""

from __future__ import annotations


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as an SQL identifier, and as a quoted field of a CSV."""
    return '"' + name.replace('"', '""') + '"'
