"""The facts of one customer, as rows of the data contract (warehouse/tables/contract.yml)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime, create_model, model_validator

from warehouse.tables.contract import Column, load_contract

# The most rows of each table. What all customers share (products, exchange rates) comes from the published version.
MOST_ROWS: Mapping[str, int] = {
    "customers": 20,
    "orders": 2_000,
    "order_items": 10_000,
    "events": 10_000,
    "feedback": 1_000,
    "campaign_touches": 2_000,
    "subscriptions": 100,
    "subscription_changes": 500,
}
_LONGEST_TEXT = 5_000
_CUSTOMER = "customer_id"
_SHARED = "campaign_id"
_EXAMPLE: Any = {
    "customer_id": "new-1",
    "customers": [{"registered_at": "2026-05-01T09:00:00", "country": "Germany", "has_marketing_consent": True}],
    "orders": [{"order_id": "o-1", "ordered_at": "2026-05-02T18:30:00"}],
    "order_items": [{"order_item_id": "o-1-1", "order_id": "o-1", "quantity": 2, "unit_price_amount": "19.90"}],
    "events": [{"event_id": "e-1", "occurred_at": "2026-06-20T12:00:00", "event_type": "visit"}],
}


class FactsBase(BaseModel):
    """What is known of one customer. All rows are of this one person, whatever account's `customer_id` they name."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    customer_id: str = Field(min_length=1, max_length=200, description="Whose facts they are; need not be published.")
    as_of_date: date | None = Field(
        None, ge=date(1970, 1, 1), description="Facts before this day count; by default that of the published version."
    )

    @model_validator(mode="after")
    def _lines_have_their_orders(self) -> FactsBase:
        orders = {row.order_id for row in getattr(self, "orders", ())}
        for line in getattr(self, "order_items", ()):
            if line.order_id not in orders:
                raise ValueError(f"order_items name the order {line.order_id!r}, which is not among the orders")
        return self

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table as JSON has them; those that name nobody are the customer's."""
        rows = [row.model_dump(mode="json") for row in getattr(self, table)]
        has_customer = _CUSTOMER in load_contract().tables[table].columns
        return [row | {_CUSTOMER: row[_CUSTOMER] or self.customer_id} for row in rows] if has_customer else rows

    def ids(self) -> set[str]:
        """The ids of accounts that the rows name."""
        named = {row[_CUSTOMER] for table in MOST_ROWS for row in self.rows(table) if _CUSTOMER in row}
        return named | {self.customer_id}

    def row_count(self) -> int:
        """How many rows there are in all tables."""
        return sum(len(getattr(self, table)) for table in MOST_ROWS)

    def named_ids(self) -> set[str]:
        """All ids of the rows but those of campaigns, which many customers share."""
        found = {self.customer_id}
        for table in MOST_ROWS:
            names = [name for name in load_contract().tables[table].columns if name.endswith("_id") and name != _SHARED]
            found.update(value for row in getattr(self, table) for name in names if (value := getattr(row, name)))
        return found


@cache
def facts_model() -> type[FactsBase]:
    """The request: beside the customer, a list of rows for each table, none of them required."""
    tables: dict[str, Any] = {}
    for name, most in MOST_ROWS.items():
        table = load_contract().tables[name]
        fields: dict[str, Any] = {column: _field(column, spec) for column, spec in table.columns.items()}
        row = create_model(f"{name}_row", __config__=ConfigDict(extra="forbid"), **fields)
        tables[name] = (list[row], Field(default_factory=list, max_length=most, description=table.description))
    return create_model("Facts", __base__=FactsBase, **tables)


def as_json(rows: list[dict[str, Any]]) -> str:
    """Rows as one text, numbered in their order: the later of two with the same key counts."""
    return json.dumps([row | {"_row_number": number} for number, row in enumerate(rows, 1)])


def _field(name: str, column: Column) -> tuple[Any, Any]:
    kind = _kind(column)
    if column.default is not None:
        return kind, Field(column.default, description=column.description)
    if column.required and name != _CUSTOMER:
        return kind, Field(description=column.description)
    return kind | None, Field(None, description=column.description)


def _kind(column: Column) -> Any:
    if column.allowed:
        return Literal[column.allowed]  # pyrefly: ignore[invalid-literal] (words of the contract)
    if column.type == "text":
        return Annotated[str, Field(max_length=_LONGEST_TEXT)]
    if column.type in ("date", "timestamp"):
        least = {"ge": date.fromisoformat(str(column.min))} if column.min and column.type == "date" else {}
        return Annotated[date, Field(**least)] if column.type == "date" else NaiveDatetime
    if column.type == "boolean":
        return bool
    bounds: dict[str, Any] = {"ge": column.min, "le": column.max} if column.min or column.max else {}
    bounds = {name: value for name, value in bounds.items() if value is not None}
    limits = {"lt": column.limit, "gt": -column.limit} if column.limit else {}
    number = int if column.type == "integer" else Decimal
    return Annotated[number, Field(**bounds, **limits)]
