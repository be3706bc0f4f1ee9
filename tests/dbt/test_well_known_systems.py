"""The ready sources on small made-up exports: documents and what they are worth, worked out by hand.

What raw rows are worth is added up by the plain ledger, not by the marts.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from ledger.plain_ledger import Ledger

from warehouse.base.connections import open_build_file
from warehouse.base.rows import as_dicts
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import IngestReport, ingest_source

EXPORTS = Path(__file__).with_name("exports")
AS_OF_DATE = date(2026, 1, 1)
FIGURES = ("gross_amount", "return_amount", "net_amount", "shipping_amount", "tax_amount")


class Loaded:
    """One system's export, loaded by the shipped source."""

    def __init__(self, settings: Settings, system: str) -> None:
        self.settings, self.system = settings, system
        land_input(settings, system, EXPORTS / system)
        self.report: IngestReport = ingest_source(settings, system)
        rows = {table: self.rows(f"select * from raw.{table}") for table in ("orders", "order_items", "products")}
        self.ledger = Ledger([rows], AS_OF_DATE)

    def rows(self, query: str) -> list[dict]:
        with open_build_file(self.settings, self.system, read_only=True) as connection:
            return as_dicts(connection.execute(query))

    def worth(self) -> dict[str, tuple[float, ...]]:
        """Gross, returned, net, shipping and tax of each document."""
        found = self.ledger.orders()
        return {name: tuple(float(figures[figure]) for figure in FIGURES) for name, figures in sorted(found.items())}

    def purchases(self) -> list[tuple[str | None, str]]:
        return sorted((one.customer_id, one.document_id) for one in self.ledger.purchases())

    def quarantined(self) -> list[str]:
        return [row["reason"] for row in self.rows("select reason from quality.quarantined_rows order by reason")]


@pytest.fixture
def loaded(settings: Settings, request: pytest.FixtureRequest) -> Loaded:
    return Loaded(settings, request.param)


@pytest.mark.parametrize("loaded", ["shopify"], indirect=True)
def test_shopify(loaded: Loaded) -> None:
    assert loaded.quarantined() == []
    assert loaded.worth() == {
        "#1001": (90.0, 0.0, 90.0, 5.0, 9.5),  # 2 × 20 + 3 × 20 − 10
        "#1002": (40.0, 0.0, 40.0, 5.0, 4.5),
        "#1002-refund": (0.0, 40.0, -40.0, -5.0, -4.5),  # all of it
        "#1003": (60.0, 0.0, 60.0, 0.0, 6.0),
        "#1003-refund": (0.0, 20.0, -20.0, 0.0, -2.0),  # 22, of which tax 6/66
        "#1004": (20.0, 0.0, 0.0, 0.0, 0.0),  # cancelled the day after
        "#1005": (20.0, 0.0, 20.0, 0.0, 0.0),  # a guest
        "#1006": (94.0, 0.0, 94.0, 0.0, 0.0),  # tax is in the price; a gift card is no revenue
    }
    assert loaded.purchases() == [
        ("ann@example.com", "#1001"),
        ("ann@example.com", "#1003"),
        ("dora@example.com", "#1006"),
    ]
    stated = {row["order_id"]: float(row["order_amount"]) for row in loaded.rows("select * from raw.orders")}
    assert sum(stated[f"#100{number}"] for number in range(1, 7)) == 104.5 + 49.5 + 66 + 20 + 20 + 119
    who = loaded.rows("select customer_id, country, has_marketing_consent from raw.customers order by customer_id")
    assert [tuple(row.values()) for row in who][:2] == [
        ("ann@example.com", "DE", True),
        ("bob@example.com", "AT", False),
    ]
    [offset] = loaded.rows("select ordered_at::varchar as at from raw.orders where order_id = '#1005'")
    assert offset["at"] == "2025-02-07 04:30:00"  # 23:30 in New York
