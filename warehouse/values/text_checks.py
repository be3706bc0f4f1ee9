"""SQL that says what is wrong with a text: damaged bytes, control and invisible characters, lost digits, length."""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.base.sql_text import literal
from warehouse.files.encoding import UNREADABLE_CHARACTER

# White space and invisible characters are cut off at both ends of every value.
_ASCII_BLANKS = " \t\r\n"
_BLANKS = (
    f"{_ASCII_BLANKS}\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029"
    "\u202f\u205f\u2060\u3000\ufeff"
)
LONGEST_TEXT_CHARACTERS = 100_000
_CONTROL = r"\x00-\x08\x0B\x0C\x0E-\x1F\x7F"
# Two ids that look the same must be the same: no soft hyphens, zero-width or direction marks.
_INVISIBLE = r"\x{AD}\x{200B}-\x{200F}\x{2028}-\x{202E}\x{2060}-\x{2069}\x{FEFF}"
# What is left of a long number after a spreadsheet: 4.50123E+11. 1E5 may be a code.
_LOST_DIGITS = r"[0-9]([.,][0-9]+)?[eE]\+[0-9]{1,3}|[0-9][.,][0-9]+[eE][0-9]{1,3}"


def without_blanks(text: str) -> str:
    """Expression of a text without white space and invisible characters at both ends.

    DuckDB looks up each character of a text among those to cut off: five times slower with all of them than with the
    few that an ASCII text can have.
    """
    is_ascii = f"strlen({text}) = length({text})"
    return f"case when {is_ascii} then trim({text}, {literal(_ASCII_BLANKS)}) else trim({text}, {literal(_BLANKS)}) end"


def without_tokens(text: str, tokens: Sequence[str]) -> str:
    """Expression that is null where a text, blanks around it aside, is one of the tokens; otherwise as it stands."""
    listed = ", ".join(literal(token) for token in tokens)
    return f"case when {without_blanks(text)} in ({listed}) then null else {text} end"


def text_problem_sql(text: str, *, is_id: bool) -> str:
    """SQL: what is wrong with a text; null if nothing is. Of values, only numbers that lost their digits are shown."""
    refused = literal(f"[{_CONTROL}{_INVISIBLE if is_id else ''}{UNREADABLE_CHARACTER}]")
    found = f"regexp_extract({text}, {refused})"
    cases = [
        f"when length({text}) > {LONGEST_TEXT_CHARACTERS} "
        f"then concat(length({text}), ' characters, more than {LONGEST_TEXT_CHARACTERS}')",
        f"when regexp_matches({text}, {refused}) then case {found} "
        f"when {literal(UNREADABLE_CHARACTER)} then 'bytes that are not UTF-8, as the rest of the file is' "
        f"else concat('holds the character U+', upper(printf('%04x', unicode({found}))), ', which cannot be seen') end",
    ]
    if is_id:
        words = literal("' has lost its last digits to a spreadsheet; format the column as text and export it again")
        cases.append(f"when regexp_full_match({text}, {literal(_LOST_DIGITS)}) then concat('''', {text}, {words})")
    return f"case {' '.join(cases)} end"
