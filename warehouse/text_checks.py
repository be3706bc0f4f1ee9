"""SQL that says what is wrong with a text: damaged bytes, control characters, invisible characters in ids, length."""

from __future__ import annotations

from warehouse.text_encoding import UNREADABLE_CHARACTER
from warehouse.value_types import literal

# White space and invisible characters are cut off at both ends of every value.
BLANKS = (
    " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029"
    "\u202f\u205f\u2060\u3000\ufeff"
)
LONGEST_TEXT_CHARACTERS = 100_000
_CONTROL = r"\x00-\x08\x0B\x0C\x0E-\x1F\x7F"
# Two ids that look the same must be the same: no soft hyphens, zero-width or direction marks.
_INVISIBLE = r"\x{AD}\x{200B}-\x{200F}\x{2028}-\x{202E}\x{2060}-\x{2069}\x{FEFF}"


def text_reasons(name: str, text: str, *, is_id: bool) -> list[str]:
    """Expressions that give what is wrong with a text, or null; values are not shown."""
    refused = f"[{_CONTROL}{_INVISIBLE if is_id else ''}{UNREADABLE_CHARACTER}]"
    found = f"regexp_extract({text}, {literal(refused)})"
    return [
        f"case when length({text}) > {LONGEST_TEXT_CHARACTERS} then concat('{name}: ', length({text}), "
        f"' characters, more than {LONGEST_TEXT_CHARACTERS}') end",
        f"case when regexp_matches({text}, {literal(refused)}) then case {found} "
        f"when {literal(UNREADABLE_CHARACTER)} then '{name}: bytes that are not UTF-8, as the rest of the file is' "
        f"else concat('{name}: holds the character U+', upper(printf('%04x', unicode({found}))), "
        "', which cannot be seen') end end",
    ]
