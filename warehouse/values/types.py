"""SQL that turns texts into the contract's types, and a word on texts that are nearly of the type."""

from __future__ import annotations

from warehouse.base.sql_text import literal
from warehouse.tables.contract import Column

TYPE_WORDS = {
    "integer": "a whole number",
    "quantity": "a number",
    "amount": "an amount",
    "price": "a price",
    "rate": "an exchange rate",
    "boolean": "yes or no",
    "date": "a date (YYYY-MM-DD)",
    "timestamp": "a date and time (YYYY-MM-DD HH:MM:SS)",
}
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
# Four digits of the year first: two digits, or day and month first, can be read in several ways.
_DAY = r"[12][0-9]{3}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_TIME = r"[ T][0-9]{1,2}:[0-9:.]+"
# Abbreviations such as CST stand for several zones, or ignore summer time.
_ZONE = r" ?([+-][0-9]{2}(:?[0-9]{2})?|Z|UTC|GMT|[A-Z][A-Za-z]+/[A-Za-z_/]+)"
# What often stands where a number or a date should, as regular expressions over the whole text.
_NUMBER_HINTS = (
    (r".*[$€£¥₹].*|.*\b[A-Z]{3}\b.*", "has a currency sign or code"),
    (r"[+-]?[0-9][0-9.,' \x{A0}\x{202F}]*[0-9]", "has a decimal comma or thousands separators"),
)
_MOMENT_HINTS = (
    (r"[2-6][0-9]{4}(\.[0-9]+)?", "looks like an Excel serial date"),
    (r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}( .*)?", "has its day or its month first"),
    (r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2}( .*)?", "has a year of two digits"),
)
_MOMENT_TYPES = ("date", "timestamp")
# A value that is cut by more than a billionth of itself is noted; less is the noise of floats (2.5500000000000003).
_NOISE = "1e-9"
# Of a decimal that fits into eight bytes.
_FAST_DIGITS = 18


def typed_sql(text: str, column: Column, time_zone: str) -> str:
    """Expression of the column's type; null where the text does not fit.

    Times with an offset or zone are converted to the shop's zone; those without are the shop's.
    """
    number = f"case when not contains({text}, '_') then {text} end"  # DuckDB reads 1_000 as 1000
    joined = f"regexp_replace({text}, {literal(' ([+-])')}, {literal(chr(92) + '1')})"  # DuckDB wants no blank there
    moment = (
        f"case when regexp_full_match({text}, {literal(f'{_DAY}({_TIME})?')}) then try_cast({text} as timestamp) "
        f"when regexp_full_match({text}, {literal(_DAY + _TIME + _ZONE)}) "
        f"then try_cast({joined} as timestamptz) at time zone {literal(time_zone)} end"
    )
    expressions = {
        "text": text,
        "integer": f"case when try_cast({number} as double) = floor(try_cast({text} as double)) "
        f"then try_cast({text} as integer) end",
        "boolean": f"case {text} when 'true' then true when 'false' then false end",
        "timestamp": moment,
        "date": f"({moment})::date",
    }
    return expressions.get(column.type) or _decimal(text, number, column)


def _decimal(text: str, number: str, column: Column) -> str:
    """DuckDB reads decimals of more than 18 digits forty times as slowly as shorter ones, of which most values are.

    Those with an exponent it rounds otherwise in the shorter type.
    """
    whole = f"try_cast({number} as {column.sql_type})"
    if column.precision is None or column.precision <= _FAST_DIGITS:
        return whole
    plain = f"case when not contains({text}, '_') and not contains(lower({text}), 'e') then {text} end"
    fast = f"try_cast({plain} as decimal({_FAST_DIGITS}, {column.scale}))"
    return f"coalesce({fast}::{column.sql_type}, {whole})"


def as_text_sql(value: str, column: Column) -> str:
    """Expression of a typed value's text; DuckDB writes decimals of more than 18 digits five times as slowly, too."""
    whole = f"{value}::varchar"
    if column.precision is None or column.precision <= _FAST_DIGITS:
        return whole
    return f"coalesce(try_cast({value} as decimal({_FAST_DIGITS}, {column.scale}))::varchar, {whole})"


def type_words_sql(text: str, column: Column) -> str:
    """Expression that says what a text is not, and what it is instead where that is known."""
    hints = _MOMENT_HINTS if column.type in _MOMENT_TYPES else _NUMBER_HINTS if column.type != "boolean" else ()
    cases = [
        f"when regexp_full_match({text}, {literal(pattern)}) then {literal(': ' + words)}" for pattern, words in hints
    ]
    if column.limit is not None:
        is_number = f"regexp_full_match({text}, {literal(_NUMBER)})"
        too_large = literal(f": too large to be stored ({column.limit:,} and more)")
        cases.insert(0, f"when {is_number} and abs({text}::double) >= {column.limit} then {too_large}")
    hint = f"case {' '.join(cases)} else '' end" if cases else "''"
    return f"concat({literal(' is not ' + TYPE_WORDS[column.type])}, {hint})"


def rounded_words_sql(text: str, value: str, column: Column) -> str:
    """Expression that says what was kept of a number with more decimals than the contract keeps; null: all of it."""
    # Shorter texts have no further decimals, unless they have an exponent.
    may_have = f"(length({text}) > {column.scale} or contains(lower({text}), 'e'))"
    exact = f"{text}::double"
    return (
        f"case when {value} is not null and {may_have} "
        f"and abs({exact} - {value}::double) > {_NOISE} * abs({exact}) then concat('''', {text}, ''' as ', "
        f"rtrim(rtrim({value}::varchar, '0'), '.')) end"
    )
