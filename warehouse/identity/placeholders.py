"""What tills and forms write where nothing was given: noemail@…, 000000000, "Guest". It tells of nobody."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.base.sql_text import literal
from warehouse.identity.rules import Placeholders

_RISING, _FALLING = "01234567890123456789", "98765432109876543210"


def email_or_null(email: str, placeholders: Placeholders) -> str:
    """SQL: a canonical mail address; null where it is nobody's own."""
    name = f"regexp_replace(regexp_replace(split_part({email}, '@', 1), '[0-9]+$', ''), '[^a-z]', '', 'g')"
    is_nobody = f"{name} in ({_listed(placeholders.email_names)})"
    is_nowhere = f"split_part({email}, '@', 2) in ({_listed(placeholders.email_domains)})"
    return f"case when not ({is_nobody} or {is_nowhere}) then {email} end"


def phone_or_null(phone: str, placeholders: Placeholders) -> str:
    """SQL: digits of a telephone number; null where they are made up."""
    different = f"len(list_distinct(string_split({phone}, '')))"
    in_a_row = f"contains('{_RISING}', {phone}) or contains('{_FALLING}', {phone})"
    return f"case when {different} >= {placeholders.phone_min_different_digits} and not ({in_a_row}) then {phone} end"


def name_or_null(name: str, other: str, placeholders: Placeholders) -> str:
    """SQL: one part of a name; null where neither part is anybody's."""
    known = _listed(placeholders.names)
    own, others = (f"({part} is null or {part} in ({known}))" for part in (name, other))
    return f"case when not ({own} and {others}) then {name} end"


def birth_date_or_null(birth_date: str, placeholders: Placeholders) -> str:
    """SQL: a date of birth as text; null where forms put one of their own."""
    return f"case when {birth_date} not in ({_listed(placeholders.birth_dates)}) then {birth_date} end"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(literal(value) for value in values)
