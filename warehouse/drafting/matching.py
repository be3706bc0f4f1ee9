"""Which column of a file is which column of a contract table: names and values together, the surest first."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.drafting.fitting import value_fit
from warehouse.drafting.profiles import Profile
from warehouse.drafting.vocabulary import OUTRIGHT, WEAK, name_score, vocabulary, words_of
from warehouse.tables.contract import load_contract

SURE = "sure"
_NAME_WEIGHT = 0.7
_LEAST = 0.4
_LISTS = ("customers", "products")
_ABOUT_THINGS = ("order_items", "feedback")
_OTHER_THINGS = {
    *("customer", "order", "user", "client", "store", "shop", "employee", "staff", "seller", "vendor", "supplier"),
    *("category", "review", "invoice", "payment", "session", "zip", "postal", "country", "currency", "row", "line"),
    *("transaction", "state", "region", "parent", "campaign", "warehouse", "location", "type", "discount"),
}
_IDS = {"id", "code", "key", "number", "sku"}
_LEAST_FIT = 0.2
_NOT_WHOLE = 0.05
_MOSTLY = 0.9
_SURE, _LIKELY = 0.85, 0.65


@dataclass(frozen=True)
class Match:
    """A column of a file that is taken for one of the contract."""

    column: str  # of the contract, or `tenure`
    profile: Profile
    confidence: float  # 0 to 1: of guesses made so, about this share is hoped to be right
    why: str

    @property
    def in_words(self) -> str:
        return SURE if self.confidence >= _SURE else "likely" if self.confidence >= _LIKELY else "a guess"


def match_columns(profiles: list[Profile], table: str) -> dict[str, Match]:
    """Give each contract column at most one column of the file, and each column of the file at most one meaning.

    Of equal ones the earlier column of the file, then of the contract.
    """
    columns = list(vocabulary().tables[table].columns)
    found = [
        match for profile in profiles for column in columns if (match := _match(profile, table, column)) is not None
    ]
    found.sort(key=lambda match: (-match.confidence, match.profile.position, columns.index(match.column)))
    taken: dict[str, Match] = {}
    used: set[str] = set()
    for match in found:
        if match.column not in taken and match.profile.name not in used:
            taken[match.column] = match
            used.add(match.profile.name)
    return {column: taken[column] for column in columns if column in taken}


def _match(profile: Profile, table: str, column: str) -> Match | None:
    named = name_score(profile.name, table, column)
    fits = value_fit(profile, table, column)
    if not named or not fits:
        # Addresses of mail are known without a name.
        if column != "email" or fits < 1:
            return None
        return Match(column, profile, 0.6, "all values are mail addresses")
    confidence = _NAME_WEIGHT * named + (1 - _NAME_WEIGHT) * fits
    if confidence < _LEAST or fits < _LEAST_FIT:
        return None
    said = (
        "its name says it"
        if named > OUTRIGHT - _NOT_WHOLE
        else "its name has the word"
        if named > WEAK
        else "its name may mean it"
    )
    return Match(column, profile, confidence, f"{said}; its values fit ({fits:.0%})")


def with_key_of_file(profiles: list[Profile], table: str, matches: dict[str, Match]) -> dict[str, Match]:
    """Take the first column that names each row for the key, where no name said which it is.

    Lists of things begin with their ids, whatever things are called: `pizza_id`, `rec_id`.
    """
    keys = load_contract().tables[table].key
    if table not in _LISTS or not matches or (keys[0] in matches and matches[keys[0]].profile.is_key):
        return matches
    others = {column: match for column, match in matches.items() if column not in keys}
    used = {match.profile.name for match in others.values()}
    first = next((one for one in profiles if one.is_key and one.name not in used), None)
    if first is None or not _IDS & set(words_of(first.name)):
        mail = matches.get("email") if table == "customers" and keys[0] not in matches else None
        known_by = {keys[0]: Match(keys[0], mail.profile, 0.6, "there is no id but the mail address")} if mail else {}
        return {**known_by, **matches}
    return {keys[0]: Match(keys[0], first, 0.6, "each row has a value of its own in it"), **others}


def with_thing_named(profiles: list[Profile], table: str, matches: dict[str, Match]) -> dict[str, Match]:
    """Take a column that ends in `id` or `code` for what lines and reviews are about, where no name says it.

    Whatever a shop sells gives its own name to it: `pizza_id`, `Clothing ID`.
    """
    if table not in _ABOUT_THINGS or "product_code" in matches:
        return matches
    used = {match.profile.name for match in matches.values()}
    for profile in profiles:
        words = words_of(profile.name)
        is_id = len(words) > 1 and words[-1] in ("id", "code", "sku") and not _OTHER_THINGS & set(words)
        if is_id and profile.name not in used and not profile.is_key and profile.filled_share > _MOSTLY:
            why = "an id of something, and no other column is the product"
            return {**matches, "product_code": Match("product_code", profile, 0.5, why)}
    return matches
