"""What one column of a file says of how its values are to be read: the form that `find_readings` puts it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from warehouse.base.sql_text import literal
from warehouse.values.text_checks import without_blanks


@dataclass(frozen=True)
class ColumnReading:
    """How the texts of a column are rewritten before they are typed, and what is noted on it.

    ``rewritten`` makes SQL of the text in plain form from SQL of the text as it stands; null where it is refused, for
    the reason ``refused``. ``note`` goes into the report, with the number of values it is about.
    """

    rewritten: Callable[[str], str]
    refused: str = ""
    note: str = ""
    value_count: int = 0


def trimmed_sql(column: str) -> str:
    """SQL of a column's text without blanks and invisible characters at both ends, in composed Unicode form (NFC)."""
    return f"nfc_normalize({without_blanks(f'{column}::varchar')})"


def matches_sql(text: str, pattern: str) -> str:
    """SQL: a text fits a regular expression as a whole."""
    return f"regexp_full_match({text}, {literal(pattern)})"
