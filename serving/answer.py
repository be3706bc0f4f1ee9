"""What is answered of a customer: columns of `marts.customer_360` in groups, under their own names.

Types and meanings are those of the data dictionary, so that there is nothing to keep in step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

from pydantic import BaseModel, Field, create_model

from warehouse.tables.descriptions import DescribedColumn, DescribedTable, published_tables

CLV_REASONS = "clv_reasons"  # of the score table: customer_360 has none of value
GROUPS: Mapping[str, tuple[str, ...]] = {
    "segment": ("segment_id", "segment_name", "is_segment_name_true"),
    "churn": (
        "churn_status",
        "churn_reason",
        "churn_horizon_days",
        "churn_probability",
        "churn_risk_band",
        "churn_reasons",
    ),
    "value": (
        "clv_status",
        "clv_reason",
        "clv_horizon_days",
        "predicted_amount",
        "predicted_lower_amount",
        "predicted_upper_amount",
        "predicted_180d_amount",
        "predicted_365d_amount",
        "expected_order_count",
        "alive_probability",
        "historic_amount",
        "total_amount",
        "predicted_margin_amount",
        "total_margin_amount",
        "value_at_stake_amount",
        "value_tier",
        CLV_REASONS,
    ),
    "contracts": (
        "active_subscription_count",
        "subscription_churn_probability",
        "subscription_churn_risk_band",
        "subscription_churn_reason",
        "subscription_expected_remaining_months",
    ),
    "next_action": (
        "next_best_action",
        "next_best_action_reason",
        "next_best_action_with_consent",
        "may_be_contacted",
        "consent_status",
        "expected_loss_amount",
    ),
    "behaviour": (
        "order_count",
        "first_order_date",
        "last_order_date",
        "days_since_last_order",
        "mean_order_gap_days",
        "is_overdue",
        "net_amount",
        "net_amount_365d",
        "is_eligible",
        "ineligible_reason",
    ),
}
COLUMNS = tuple(name for names in GROUPS.values() for name in names)

Value: TypeAlias = str | int | float | bool | None
# Of the beginning of a column's type.
_TYPES = {"varchar": str, "text": str, "integer": int, "bigint": int, "boolean": bool, "date": date}


class Problem(BaseModel):
    """Why there is no answer."""

    error: str = Field(description="What happened.")
    what_to_do: str = Field("", description="The first step towards mending it.")


@cache
def answer_model() -> type[BaseModel]:
    """The answer as OpenAPI describes it."""
    described = _described()
    groups = {
        group: (create_model(group.title().replace("_", ""), **{name: described[name] for name in names}), ...)
        for group, names in GROUPS.items()
    }
    about = {
        "customer_id": (str, Field(description="The customer, as published.")),
        "source": (str, Field(description="The source that is live.")),
        "as_of_date": (date, Field(description="Everything before this day is known, and nothing after.")),
        "published_version": (str, Field(description="The published version that answers.")),
        "models": (dict[str, str], Field(description="The registered models that scored, with their versions.")),
    }
    return create_model("Answer", **about, **groups)  # pyrefly: ignore[no-matching-overload] (names as data)


def grouped(row: Mapping[str, Any]) -> dict[str, dict[str, Value]]:
    """The groups of an answer, of a row that has the columns; those that it lacks are null."""
    return {group: {name: plain(row.get(name)) for name in names} for group, names in GROUPS.items()}


def plain(value: Any) -> Value:
    """A value as JSON has it; null for what is not a number."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _described() -> dict[str, Any]:
    tables = {(table.schema, table.name): table for table in published_tables()}
    columns = {column.name: column for column in tables["marts", "customer_360"].columns}
    columns[CLV_REASONS] = _named(tables["scores", "customer_clv"], "reasons")
    return {name: (_type(columns[name].kind) | None, Field(description=columns[name].description)) for name in COLUMNS}


def _named(table: DescribedTable, name: str) -> DescribedColumn:
    return next(column for column in table.columns if column.name == name)


def _type(kind: str) -> Any:
    return next((known for start, known in _TYPES.items() if kind.lower().startswith(start)), float)
