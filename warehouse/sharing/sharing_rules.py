"""Bounds of what one customer may add to shared figures, and the parts of the privacy budget (sharing.yml)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path

from pydantic import model_validator

from warehouse.base.declarations import Frozen, read_declaration

_FIGURES = {"customers_by_country", "customers_by_order_count", "sales_by_month", "mean_order_amount"}


class SharingRules(Frozen):
    """Bounds and parts of the budget, as in sharing.yml."""

    budget_shares: Mapping[str, float]
    month_count: int
    order_counts_from: tuple[int, ...]
    amount_per_customer: int
    orders_per_customer: int
    amount_per_order: int
    delta: float

    @model_validator(mode="after")
    def _make_sense(self) -> SharingRules:
        if set(self.budget_shares) != _FIGURES or sum(map(exact, self.budget_shares.values())) != 1:
            raise ValueError(f"budget_shares must name {', '.join(sorted(_FIGURES))} and add up to 1")
        if not self.order_counts_from or sorted(set(self.order_counts_from)) != list(self.order_counts_from):
            raise ValueError("order_counts_from must be numbers that rise")
        return self


@cache
def load_sharing_rules() -> SharingRules:
    """Read and check sharing.yml."""
    path = Path(__file__).with_name("sharing.yml")
    return read_declaration(SharingRules, path, "Mend warehouse/sharing/sharing.yml.")


def exact(number: float) -> Fraction:
    """The decimal number that was meant: 0.1 is a tenth.

    >>> exact(0.1)
    Fraction(1, 10)
    """
    return Fraction(str(number))
