"""The kinds of dirt, and what a loader that keeps the contract makes of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Expected = Literal["quarantined", "emptied", "loaded", "already_loaded"]
DUPLICATE = "duplicate_row"
CONFLICT = "conflicting_row"
BLANKS = "blanks_around_values"


@dataclass(frozen=True)
class DirtKind:
    """One way in which a record goes wrong.

    ``values`` of ``column`` replace what stands there, in turn. Three kinds work otherwise: a duplicate row
    is a further copy of a record, later in the file; a conflicting row is such a copy with another value, earlier
    in the file (of several records with one key the last counts); blanks are put around what stands in ``column``.
    ``only_where`` limits the records, so that a default means the same as the value it replaces.
    """

    name: str
    expected: Expected
    column: str = ""
    values: tuple[str, ...] = ()
    only_where: tuple[str, str] | None = None


def _damage(name: str, column: str, *values: str) -> DirtKind:
    return DirtKind(name, "quarantined", column, values)


def _emptied(name: str, column: str, *values: str) -> DirtKind:
    return DirtKind(name, "emptied", column, values)


def _harmless(name: str, column: str, *values: str, only_where: tuple[str, str] | None = None) -> DirtKind:
    return DirtKind(name, "loaded", column, values, only_where)


KINDS = {
    "customers": (
        _damage("missing_key", "customer_id", "", "nan"),
        _emptied("bad_date", "birth_date", "1987-02-31", "long ago", "1890-01-01"),
        _emptied("bad_date", "registered_at", "2025-13-45 10:00:00", "yesterday"),
        _emptied("future", "registered_at", "2099-01-01 00:00:00"),
        _emptied("unknown_value", "gender", "unspecified"),
        _emptied("wrong_type", "has_marketing_consent", "maybe"),
        _emptied("wrong_type", "acquisition_cost_amount", "twelve"),
        _emptied("negative_amount", "acquisition_cost_amount", "-5.00"),
        _harmless("missing_value", "email", "nan", ""),
        _harmless("missing_value", "birth_date", "N/A", "NaN", "-"),
        _harmless("missing_value", "acquisition_cost_amount", "", "NULL"),
        _harmless("other_case", "gender", "FEMALE", only_where=("gender", "female")),
        DirtKind(BLANKS, "loaded", "country"),
        DirtKind(BLANKS, "loaded", "customer_id"),
        DirtKind(CONFLICT, "already_loaded", "city", ("Altstadt",)),
        DirtKind(DUPLICATE, "already_loaded"),
        DirtKind(DUPLICATE, "already_loaded"),
    ),
    "orders": (
        _damage("missing_key", "order_id", "", "nan"),
        _damage("bad_date", "ordered_at", "2025-13-45 10:00:00", "31.02.2025", "yesterday"),
        _damage("missing_required", "ordered_at", "", "nan"),
        _damage("future", "ordered_at", "2099-12-31 12:00:00"),
        _damage("unknown_value", "order_kind", "exchange"),
        _damage("unknown_value", "order_status", "perhaps"),
        _damage("wrong_type", "order_amount", "abc", "twelve fifty"),
        _harmless("missing_value", "order_status", "", "nan", only_where=("order_status", "completed")),
        _harmless("missing_value", "order_kind", "", only_where=("order_kind", "sale")),
        _harmless("missing_value", "currency", "nan", ""),
        _harmless("other_case", "order_kind", "SALE", only_where=("order_kind", "sale")),
        DirtKind(BLANKS, "loaded", "order_amount"),
        DirtKind(BLANKS, "loaded", "customer_id"),
        DirtKind(CONFLICT, "already_loaded", "sales_channel", ("fax",)),
        DirtKind(DUPLICATE, "already_loaded"),
        DirtKind(DUPLICATE, "already_loaded"),
    ),
    "order_items": (
        _damage("missing_key", "order_item_id", "", "nan"),
        _damage("missing_required", "order_id", "", "nan"),
        _damage("missing_required", "quantity", "", "nan", "N/A"),
        _damage("wrong_type", "quantity", "two", "1 piece"),
        _emptied("wrong_type", "line_number", "first"),
        _damage("wrong_type", "unit_price_amount", "on request"),
        _harmless("missing_value", "product_description", "nan", ""),
        _harmless("missing_value", "line_amount", "", "NaN"),
        DirtKind(BLANKS, "loaded", "product_code"),
        DirtKind(BLANKS, "loaded", "quantity"),
        DirtKind(CONFLICT, "already_loaded", "line_amount", ("9999.99",)),
        DirtKind(DUPLICATE, "already_loaded"),
        DirtKind(DUPLICATE, "already_loaded"),
    ),
    "feedback": (
        _damage("missing_key", "feedback_id", "", "nan"),
        _damage("bad_date", "given_at", "last week", "2025-02-30 08:00:00"),
        _damage("future", "given_at", "2099-06-01 08:00:00"),
        _emptied("out_of_bounds", "rating", "6", "0"),
        _emptied("wrong_type", "rating", "five stars"),
        _emptied("out_of_bounds", "nps_score", "11", "-1"),
        _harmless("missing_value", "rating", "nan", ""),
        DirtKind(DUPLICATE, "already_loaded"),
    ),
}
