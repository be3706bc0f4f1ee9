"""What speaks against one person, however much else agrees: households share nearly everything but the first name."""

from __future__ import annotations

from warehouse.identity.rules import IdentityRules

FIRST_NAMES = "first names differ"
BIRTH_DATES = "birth dates differ"
OTHERS = "others with the same value are somebody else"
# SQL over the records `l` and `r`, which nothing contradicts: first name or birth date is known of both.
SOMETHING_AGREES = (
    "(l.first_name is not null and r.first_name is not null) or (l.birth_date is not null and r.birth_date is not null)"
)


def first_names_differ(rules: IdentityRules) -> str:
    """SQL over `l` and `r`: both first names are known, unlike, no abbreviation of each other, and not swapped."""
    alike = (
        f"jaro_winkler_similarity(l.first_name, r.first_name) >= {rules.contradiction_first_name_similarity}",
        "starts_with(l.first_name, r.first_name)",
        "starts_with(r.first_name, l.first_name)",
        "(l.first_name = r.last_name and l.last_name = r.first_name)",
    )
    any_alike = " or ".join(f"coalesce({condition}, false)" for condition in alike)
    return f"coalesce(l.first_name is not null and r.first_name is not null and not ({any_alike}), false)"


def birth_dates_differ(rules: IdentityRules) -> str:
    """SQL over the records `l` and `r`: both birth dates are known and more than a slip apart."""
    edits = rules.contradiction_birth_date_edits
    return f"coalesce(damerau_levenshtein(l.birth_date, r.birth_date) > {edits}, false)"


def contradiction(rules: IdentityRules) -> str:
    """SQL over the records `l` and `r`: what contradicts an exact key, in words; null if nothing does."""
    return (
        f"case when {birth_dates_differ(rules)} then '{BIRTH_DATES}' "
        f"when {first_names_differ(rules)} then '{FIRST_NAMES}' end"
    )
