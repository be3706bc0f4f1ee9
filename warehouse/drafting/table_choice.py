"""Which contract table the rows of a file are, from its name, its columns, and what is unique in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from warehouse.drafting.matching import SURE, Match, match_columns, with_key_of_file, with_thing_named
from warehouse.drafting.samples import Sample
from warehouse.drafting.vocabulary import OUTRIGHT, TENURE, file_score, is_of_others, vocabulary

# What having a column says of a table.
_SAYS: dict[str, dict[str, float]] = {
    "orders": {"order_id": 1, "ordered_at": 1.5, "customer_id": 0.5, "order_amount": 0.7, "order_status": 0.6},
    "order_items": {"order_id": 1, "product_code": 1, "quantity": 1, "unit_price_amount": 1, "line_amount": 0.4,
                    "product_description": 0.4},
    "products": {"product_code": 1.2, "product_name": 1, "category": 0.8, "list_price_amount": 0.5,
                 "unit_cost_amount": 1},
    "customers": {"customer_id": 1, "first_name": 0.8, "last_name": 0.8, "email": 0.8, "birth_date": 1, "gender": 0.7,
                  "city": 0.5, "postcode": 0.5, "street_address": 0.5, "registered_at": 0.6, "phone": 0.5,
                  "country": 0.3},
    "events": {"event_type": 1.5, "occurred_at": 1, "session_id": 1, "event_id": 0.5, "customer_id": 0.3},
    "feedback": {"rating": 1.5, "nps_score": 1.5, "feedback_text": 1.2, "given_at": 0.4, "feedback_id": 0.6},
    "campaigns": {"campaign_id": 0.8, "started_at": 0.8, "campaign_name": 0.6, "campaign_channel": 0.4,
                  "ended_at": 0.5},
    "campaign_touches": {"campaign_id": 0.8, "touched_at": 0.6, "is_control": 1.2, "is_opened": 1, "is_clicked": 0.8},
    "subscriptions": {"started_at": 0.7, TENURE: 1.5, "plan_name": 0.8, "monthly_amount": 1.2, "term_months": 1,
                      "total_charges_amount": 0.7, "ended_at": 0.8, "payment_method": 0.3, "subscription_id": 1},
    "exchange_rates": {"currency": 0.8, "rate_date": 0.5, "rate": 1.5},
}  # fmt: skip
# Of each list, one of the columns must be there, or rows of the table cannot be made.
_NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "orders": (("ordered_at",), ("order_id", "customer_id")),
    "order_items": (("order_id",), ("product_code", "product_description", "quantity")),
    "products": (("product_code",), ("product_name", "category", "list_price_amount", "unit_cost_amount")),
    "customers": (("customer_id",),),
    "events": (("occurred_at",), ("event_type",)),
    "feedback": (("given_at",), ("rating", "nps_score", "feedback_text")),
    "campaigns": (("campaign_id",), ("started_at",)),
    "campaign_touches": (("campaign_id",), ("customer_id",), ("touched_at",), ("is_control",)),
    "subscriptions": (("customer_id", "subscription_id"), ("started_at", TENURE),
                      ("monthly_amount", "plan_name", "term_months", "ended_at")),
    "exchange_rates": (("currency",), ("rate_date",), ("rate",)),
}  # fmt: skip
_KEYS = {"orders": "order_id", "products": "product_code", "customers": "customer_id"}
_NAMED_BY_ORDERS = ("customers", "products")
_FILE_WEIGHT = 1.5
_NOT_A_KEY = 0.3
_FAR_LIKELIER = 1.1
_LEAST = 1.2
_NEARLY_A_KEY = 0.98
_TRAITS_OF_PEOPLE = 3


@dataclass(frozen=True)
class TableGuess:
    """A contract table that the rows of a file may be."""

    table: str
    matches: dict[str, Match]
    score: float
    lacks: tuple[str, ...]  # without these no row can be made: alternatives with "or" between


def ranked_tables(sample: Sample) -> list[TableGuess]:
    """All tables that come into question, the likeliest first.

    One that lacks something comes behind those that do not, unless it is far likelier: reviews without a day are no
    list of products.
    """
    if is_of_others(_called(sample)):
        return []
    guesses = [guess for table in vocabulary().tables if (guess := _guess(sample, table)).score >= _LEAST]
    guesses.sort(key=lambda guess: (-guess.score, guess.table))
    whole = [guess for guess in guesses if not guess.lacks]
    if any(_has_orders(guess) for guess in whole):  # who ordered and what is then given by the same rows
        others = [table for table in _NAMED_BY_ORDERS if _file_score(sample, table) < OUTRIGHT]
        whole = [guess for guess in whole if guess.table not in others]
    lacking = [guess for guess in guesses if guess.lacks]
    if lacking and whole and lacking[0].score > _FAR_LIKELIER * whole[0].score:
        return lacking
    return [*whole, *lacking]


def _file_score(sample: Sample, table: str) -> float:
    path = PurePosixPath(sample.names[0])
    return max(file_score(_called(sample), table), 0.8 * file_score(path.parent.name, table))


def _called(sample: Sample) -> str:
    """The name of the sheet, or of the file without its suffix."""
    return sample.sheet or PurePosixPath(sample.names[0]).name.split(".")[0]


def _has_orders(guess: TableGuess) -> bool:
    order = guess.matches.get("order_id")
    return guess.table in ("orders", "order_items") and order is not None and order.in_words == SURE


def _guess(sample: Sample, table: str) -> TableGuess:
    matches = match_columns(list(sample.profiles), table)
    matches = with_key_of_file(list(sample.profiles), table, matches)
    matches = with_thing_named(list(sample.profiles), table, matches)
    lacks = tuple(" or ".join(needed) for needed in _NEEDS[table] if not matches.keys() & set(needed))
    said = sum(weight * matches[column].confidence for column, weight in _SAYS[table].items() if column in matches)
    named = _file_score(sample, table)
    score = (said + _FILE_WEIGHT * named if said else 0.0) * _structure(sample, table, matches)
    if table == "customers" and not named and len(matches) < _TRAITS_OF_PEOPLE:
        score *= _NOT_A_KEY  # an id and a name are those of anything
    return TableGuess(table, matches, round(score, 3), lacks)


def _structure(sample: Sample, table: str, matches: dict[str, Match]) -> float:
    """What is unique in the file speaks for heads or for lines."""
    key = matches.get(_KEYS.get(table, ""))
    order = matches.get("order_id")
    if table == "order_items" and order:
        return _NOT_A_KEY if order.profile.is_key and sample.row_count > 1 else 1.2
    if key is None:
        return 1.0
    if key.profile.distinct_share >= _NEARLY_A_KEY and key.profile.filled_share >= _NEARLY_A_KEY:
        return 1.2
    return _NOT_A_KEY if table != "orders" or "product_code" in _line_columns(sample) else 0.6


def _line_columns(sample: Sample) -> set[str]:
    return set(match_columns(list(sample.profiles), "order_items"))
