"""How well the values of a column fit what a contract column must hold: 1 wholly, 0 not at all."""

from __future__ import annotations

from collections.abc import Callable

from warehouse.drafting.profiles import FEW, Profile
from warehouse.drafting.vocabulary import TENURE
from warehouse.tables.contract import load_contract

MOST_STARS, MOST_POINTS = 5, 10
_LONGEST_TENURE_MONTHS = 600
_LONG_TEXT = 25  # characters: longer on average is no code
_IN_WORDS = 0.8
_FITS_WORDS = 0.9
_MOSTLY = 0.9
_NUMBER_OF_SOMETHING = 1e7  # so large are ids
_UNSAID = 0.5  # what values can prove where they could be many things


def value_fit(profile: Profile, table: str, column: str) -> float:
    """Give the share of the column's values, or a judgement where values prove little.

    A column without values fits nothing: nobody knows what it is.
    """
    if not profile.filled_count:
        return 0.0
    if column in _SPECIAL:
        return _SPECIAL[column](profile)
    declared = load_contract().tables[table].columns[column]
    if load_contract().tables[table].is_id(column):
        fits = _id_fit(profile, table, column)
        return fits * profile.filled_share if declared.required else fits
    if declared.type in ("timestamp", "date"):
        return _moment_fit(profile)
    if declared.type == "boolean":
        return profile.yes_no_share if profile.distinct_count <= FEW else 0.0
    return _text_fit(profile) if declared.type == "text" else _number_fit(profile, declared.type)


def _moment_fit(profile: Profile) -> float:
    return profile.moment.share if profile.moment else 0.0


def _between(profile: Profile, least: float, greatest: float) -> float:
    """The share of whole numbers, if none is out of bounds."""
    is_within = (profile.least or 0) >= least and (profile.greatest or 0) <= greatest
    return profile.whole_share if is_within else 0.0


def _word_fit(profile: Profile) -> float:
    return _FITS_WORDS if profile.few_values and profile.moment is None else 0.0


# Columns whose values tell what they are. A flag says that a contract is over, if not when.
_SPECIAL: dict[str, Callable[[Profile], float]] = {
    TENURE: lambda profile: _between(profile, 0, _LONGEST_TENURE_MONTHS),
    "email": lambda profile: profile.mail_share,
    "currency": lambda profile: profile.currency_share if profile.distinct_count <= FEW else 0.0,
    "gender": lambda profile: profile.gender_share,
    "rating": lambda profile: _between(profile, 1, MOST_STARS),
    "nps_score": lambda profile: _between(profile, 0, MOST_POINTS),
    "ended_at": lambda profile: _moment_fit(profile) if profile.moment else 0.9 * profile.yes_no_share,
    "line_number": lambda profile: (
        profile.whole_share if not profile.is_key and profile.filled_share > _MOSTLY else 0.0
    ),
    "term_months": lambda profile: _FITS_WORDS if profile.few_values else 0.0,
    "is_control": lambda profile: 0.8 if 0 < profile.distinct_count <= MOST_STARS else 0.0,
    **dict.fromkeys(("order_status", "order_kind", "event_type", "line_kind"), _word_fit),
}


def _number_fit(profile: Profile, kind: str) -> float:
    if profile.moment and profile.moment.share > _IN_WORDS:
        return 0.0
    if kind in ("quantity", "integer"):
        fits = profile.whole_share + (0.8 * (profile.number_share - profile.whole_share) if kind == "quantity" else 0)
        return fits if (profile.greatest or 0) < _NUMBER_OF_SOMETHING else 0.0
    return profile.number_share


def _id_fit(profile: Profile, table: str, column: str) -> float:
    contract = load_contract().tables[table]
    if profile.mean_length > 2 * _LONG_TEXT or (profile.moment and profile.moment.share > _IN_WORDS):
        return 0.0
    if contract.key == (column,):
        if profile.is_key:
            return 1.0
        # The heads of lines, and products of lines, are keys only of what is computed from them.
        return _UNSAID if column in ("order_id", "product_code", "customer_id") else 0.2
    fraction = profile.number_share - profile.whole_share
    return 0.0 if fraction > _UNSAID else 0.9


def _text_fit(profile: Profile) -> float:
    if profile.moment and profile.moment.share > _IN_WORDS:
        return 0.0
    return 0.9 if profile.number_share < _UNSAID else 0.4
