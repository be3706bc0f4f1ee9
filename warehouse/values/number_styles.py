"""How a column writes its numbers: with a decimal point or a decimal comma, and what separates thousands.

``1.250`` alone can be either. ``1.234,50`` and ``12,5`` can be read with a decimal comma only, ``1,234.50`` and
``12.5`` with a point only: such values prove the style of the whole column, and of columns of the same file that prove
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from warehouse.base.sql_text import literal
from warehouse.values.column_reading import ColumnReading, matches_sql

_THIN = r" '\x{2019}\x{A0}\x{202F}"  # separate thousands in either style
_MARKS = rf"[,{_THIN}]"


def _number(thousands: str, decimal: str, further_groups: str = "") -> str:
    groups = rf"[1-9][0-9]{{0,2}}({thousands}[0-9]{{3}})+|[1-9][0-9]{{0,2}}([{_THIN}][0-9]{{3}})+{further_groups}"
    return rf"[+-]?(([0-9]+|{groups})({decimal}[0-9]*)?|{decimal}[0-9]+)([eE][+-]?[0-9]+)?"


# 12,34,567.50 is how numbers are grouped in India.
_POINT = _number(",", r"\.", r"|[1-9][0-9]?(,[0-9]{2})+,[0-9]{3}")
_COMMA = _number(r"\.", ",")
_EITHER_WITH_POINT = r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}"
_EITHER_WITH_COMMA = r"[+-]?[1-9][0-9]{0,2},[0-9]{3}"
# What is worth a second look in a column; nearly all have none of it.
_SIGN_OF_MARKS = rf"[0-9]{_MARKS}|,[0-9]"


@dataclass(frozen=True)
class NumberEvidence:
    """What the values of a column prove: an example of each kind, the first in the alphabet, or None."""

    point: str | None
    comma: str | None
    either_with_point: str | None
    either_with_comma: str | None
    value_count: int  # values with a point, comma or another mark
    mark_count: int  # … other than a point


def mark_sign_sql(text: str) -> str:
    """Aggregate: some value has a comma or separators of thousands."""
    return f"bool_or(regexp_matches({text}, {literal(_SIGN_OF_MARKS)}))"


def point_sign_sql(text: str) -> str:
    """Aggregate: some value has just three digits behind a point."""
    return f"bool_or({matches_sql(text, _EITHER_WITH_POINT)})"


def evidence_sql(text: str) -> list[str]:
    """Aggregates that make a `NumberEvidence`."""
    is_point, is_comma = matches_sql(text, _POINT), matches_sql(text, _COMMA)
    return [
        f"min({text}) filter (where {is_point} and not {is_comma})",
        f"min({text}) filter (where {is_comma} and not {is_point})",
        f"min({text}) filter (where {matches_sql(text, _EITHER_WITH_POINT)})",
        f"min({text}) filter (where {matches_sql(text, _EITHER_WITH_COMMA)})",
        *(
            f"count(*) filter (where ({is_point} or {is_comma}) and regexp_matches({text}, {literal(marks)}))"
            for marks in (rf"\.|{_MARKS}", _MARKS)
        ),
    ]


def number_reading(own: NumberEvidence, of_file: list[NumberEvidence], delimiter: str | None) -> ColumnReading | None:
    """How a column is read; None: as numbers with a decimal point, without a word.

    Parameters
    ----------
    of_file
        Evidence of all number columns of the file: one program wrote them.
    delimiter
        Of a CSV; None for other formats. A semicolon is used where the comma is taken, as the decimal mark.
    """
    if own.point and own.comma:
        words = f": this column has numbers with a decimal point ({own.point}) and with a decimal comma ({own.comma})"
        return ColumnReading(partial(_only_plain, f"{_EITHER_WITH_POINT}|.*{_MARKS}.*"), words)
    proofs = [own] if own.point or own.comma else of_file
    point = next((one.point for one in proofs if one.point), None)
    comma = next((one.comma for one in proofs if one.comma), None)
    if comma and not point:
        return _with_comma(own, comma)
    if point and not comma:
        return _with_point(own)
    return _unproven(own, delimiter)


def _with_comma(own: NumberEvidence, proof: str) -> ColumnReading:
    example = own.either_with_point or own.comma or own.either_with_comma
    because = f", because of {proof!r}" if proof != example else ""
    note = f"read with decimal commas{because}: {example!r} is {_plain(example)}" if example else ""
    return ColumnReading(_in_comma_style, "", note, own.value_count)


def _with_point(own: NumberEvidence) -> ColumnReading:
    example = own.either_with_comma
    shown = f": {example!r} is {example.replace(',', '')}" if example else ""
    return ColumnReading(_in_point_style, "", f"read without the marks between thousands{shown}", own.mark_count)


def _unproven(own: NumberEvidence, delimiter: str | None) -> ColumnReading | None:
    if own.either_with_comma or (own.either_with_point and delimiter == ";"):
        doubtful = f"{_EITHER_WITH_POINT}|{_EITHER_WITH_COMMA}" if delimiter == ";" else _EITHER_WITH_COMMA
        words = ": its mark can be a decimal mark or separate thousands, and nothing in the file says which"
        return ColumnReading(partial(_in_point_style, but=doubtful), words)
    if own.either_with_point and delimiter:
        note = (
            f"read with a decimal point: {own.either_with_point!r} is {own.either_with_point.rstrip('0').rstrip('.')}; "
            "nothing in the file says whether the point separates thousands"
        )
        return ColumnReading(_in_point_style, "", note, own.value_count)
    return _with_point(own)


def _in_point_style(text: str, but: str = "") -> str:
    refused = f"when {matches_sql(text, but)} then null " if but else ""
    plain = f"regexp_replace({text}, {literal(_MARKS)}, '', 'g')"
    return f"case {refused}when {matches_sql(text, _POINT)} then {plain} else {text} end"


def _in_comma_style(text: str) -> str:
    plain = f"replace(regexp_replace({text}, {literal(f'[.{_THIN}]')}, '', 'g'), ',', '.')"
    return f"case when {matches_sql(text, _COMMA)} then {plain} else {text} end"


def _only_plain(refused: str, text: str) -> str:
    return f"case when {matches_sql(text, refused)} then null else {text} end"


def _plain(example: str) -> str:
    return example.replace(".", "").replace(",", ".")
