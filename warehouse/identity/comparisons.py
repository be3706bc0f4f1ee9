"""What the probabilistic model compares, level by level, from full agreement to none.

Names and edits are distinguished by Jaro-Winkler similarity and Damerau-Levenshtein distance. What hangs together
(first and last name; street, town and postal code) is one comparison: the model takes comparisons for independent.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One level: the condition in SQL over `…_l` and `…_r`, and the column whose rare values weigh more."""

    label: str
    condition: str
    rare_values_of: str | None = None


@dataclass(frozen=True)
class Comparison:
    """Levels from the best to "differs"; where `unknown` holds the comparison says nothing."""

    name: str
    unknown: str
    levels: tuple[Level, ...]


def _missing(column: str) -> str:
    return f"({column}_l is null or {column}_r is null)"


def _equal(column: str) -> str:
    return f"{column}_l = {column}_r"


def _alike(column: str, similarity: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {similarity}"


def _edits(column: str, count: int) -> str:
    return f"damerau_levenshtein({column}_l, {column}_r) <= {count}"


_DIFFERS = Level("differs", "ELSE")
_SWAPPED_DATE = "substr(birth_date_l, 6, 2) || substr(birth_date_l, 9, 2)"
_SWAPPED_DATE += " = substr(birth_date_r, 9, 2) || substr(birth_date_r, 6, 2)"
_SWAPPED_DATE += " and substr(birth_date_l, 1, 4) = substr(birth_date_r, 1, 4)"

COMPARISONS = (
    Comparison(
        "name",
        f"{_missing('first_name')} and {_missing('last_name')}",
        (
            Level("equal", _equal("full_name"), "full_name"),
            Level("first and last swapped", "first_name_l = last_name_r and last_name_l = first_name_r"),
            Level("alike (0.92)", f"{_alike('first_name', 0.92)} and {_alike('last_name', 0.92)}"),
            Level("alike (0.80)", f"{_alike('first_name', 0.8)} and {_alike('last_name', 0.8)}"),
            Level("last equal", _equal("last_name"), "last_name"),
            Level("first equal", _equal("first_name"), "first_name"),
            _DIFFERS,
        ),
    ),
    Comparison(
        "birth_date",
        _missing("birth_date"),
        (
            Level("equal", _equal("birth_date")),
            Level("one edit", _edits("birth_date", 1)),
            Level("day and month swapped", _SWAPPED_DATE),
            _DIFFERS,
        ),
    ),
    Comparison(
        "address",
        f"{_missing('street_address')} and {_missing('postcode')} and {_missing('city')}",
        (
            Level("street and postcode equal", f"{_equal('street_address')} and {_equal('postcode')}"),
            Level("street alike, postcode near", f"{_alike('street_address', 0.88)} and {_edits('postcode', 1)}"),
            Level("street equal", _equal("street_address")),
            Level("postcode equal", _equal("postcode")),
            Level("city equal", _equal("city")),
            _DIFFERS,
        ),
    ),
    # No level for a near miss: anna.smith12 and anna.smith13 are two people more often than one with a typing error.
    Comparison(
        "email",
        _missing("email"),
        (Level("equal", _equal("email")), Level("name before @ equal", _equal("email_name")), _DIFFERS),
    ),
    Comparison(
        "phone",
        _missing("phone"),
        (Level("equal", _equal("phone")), Level("one edit", _edits("phone", 1)), _DIFFERS),
    ),
)
