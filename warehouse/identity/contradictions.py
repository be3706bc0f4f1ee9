"""What speaks against one person, however much else agrees: households share nearly everything but the first name."""

from __future__ import annotations

from warehouse.identity.rules import IdentityRules

FIRST_NAMES = "first names differ"
BIRTH_DATES = "birth dates differ"
OTHERS = "others with the same value are somebody else"


def first_names_differ(rules: IdentityRules, left: str = "l", right: str = "r") -> str:
    """SQL over two records: both first names are known, unlike, no abbreviation of each other, and not swapped."""
    ours, theirs = f"{left}.first_name", f"{right}.first_name"
    alike = [
        f"jaro_winkler_similarity({ours}, {theirs}) >= {rules.contradiction_first_name_similarity}",
        f"starts_with({ours}, {theirs})",
        f"starts_with({theirs}, {ours})",
        f"({ours} = {right}.last_name and {left}.last_name = {theirs})",
    ]
    return f"coalesce({ours} is not null and {theirs} is not null and not ({_any(alike)}), false)"


def birth_dates_differ(rules: IdentityRules, left: str = "l", right: str = "r") -> str:
    """SQL over two records: both birth dates are known and more than a slip apart."""
    edits = f"damerau_levenshtein({left}.birth_date, {right}.birth_date)"
    return f"coalesce({edits} > {rules.contradiction_birth_date_edits}, false)"


def contradiction(rules: IdentityRules) -> str:
    """SQL over the records `l` and `r`: what contradicts an exact key, in words; null if nothing does."""
    return (
        f"case when {birth_dates_differ(rules)} then '{BIRTH_DATES}' "
        f"when {first_names_differ(rules)} then '{FIRST_NAMES}' end"
    )


def something_agrees(left: str = "l", right: str = "r") -> str:
    """SQL over two records that nothing contradicts: first name or birth date is known of both."""
    known = [f"({left}.{name} is not null and {right}.{name} is not null)" for name in ("first_name", "birth_date")]
    return " or ".join(known)


def _any(conditions: list[str]) -> str:
    return " or ".join(f"coalesce({condition}, false)" for condition in conditions)
