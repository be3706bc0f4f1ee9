"""What a shop's own words for states and kinds of orders probably mean in the contract."""

from __future__ import annotations

from warehouse.drafting.profiles import Profile
from warehouse.drafting.vocabulary import words_of
from warehouse.tables.contract import load_contract

_MEANINGS: dict[str, dict[str, set[str]]] = {
    "order_status": {
        "cancelled": {"cancelled", "canceled", "cancel", "void", "voided", "failed", "rejected", "declined", "expired",
                      "unavailable", "refunded", "storniert", "annule", "cancelado", "abandoned", "trash", "disputed"},
        "completed": {"completed", "complete", "paid", "delivered", "shipped", "closed", "fulfilled", "processing",
                      "processed", "approved", "invoiced", "success", "succeeded", "successful", "pending", "new",
                      "open", "confirmed", "created", "resolved", "dispatched", "geliefert", "bezahlt", "versendet",
                      "hold", "placed", "settled", "captured", "received", "return", "returned"},
    },
    "order_kind": {
        "return": {"return", "returned", "refund", "refunded", "credit", "retoure", "gutschrift", "avoir"},
        "sale": {"sale", "order", "payment", "purchase", "invoice", "receipt", "verkauf", "sell", "sold", "retail"},
        "adjustment": {"adjustment", "correction"},
    },
    "event_type": {
        "product_view": {"view", "detail", "product", "impression"},
        "add_to_cart": {"cart", "basket", "addtocart"},
        "checkout": {"checkout", "payment"},
        "purchase": {"purchase", "transaction", "order", "buy", "bought"},
        "search": {"search", "query"},
        "unsubscribe": {"unsubscribe", "unsubscribed", "optout"},
        "visit": {"visit", "session", "page", "login", "click", "home"},
    },
}  # fmt: skip
_UNSAID = {"order_status": "completed", "order_kind": "sale"}


def spelled(profile: Profile, column: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give the meaning of each word of a column that the contract does not know itself, and those that nobody knows.

    An order in an unknown state is taken for one that stands; an event of an unknown type has no meaning here.
    """
    known = {*allowed_words(column), *load_contract().spellings.get(column, {})}
    found: dict[str, str] = {}
    unknown: list[str] = []
    for value in profile.few_values:
        if "_".join(value.lower().replace("-", " ").split()) in known:
            continue
        words = {*words_of(value), "".join(words_of(value))}
        meant = next((meaning for meaning, said in _MEANINGS[column].items() if words & said), None)
        if meant is None:
            unknown.append(value)
            meant = _UNSAID.get(column)
        if meant is not None:
            found[value] = meant
    return found, tuple(unknown)


def allowed_words(column: str) -> tuple[str, ...]:
    """The words that the contract knows in a column."""
    tables = load_contract().tables.values()
    return next(table.columns[column].allowed for table in tables if column in table.columns)


def has_meanings(column: str) -> bool:
    """Whether the words of a column are looked at one by one."""
    return column in _MEANINGS
