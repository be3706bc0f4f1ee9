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
from warehouse.identity.resolve import resolve_identities
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


@pytest.mark.parametrize("loaded", ["woocommerce"], indirect=True)
def test_woocommerce(loaded: Loaded) -> None:
    assert loaded.quarantined() == []
    assert loaded.worth() == {
        "101": (48.0, 0.0, 48.0, 5.0, 10.6),  # 20 − 2 + 30
        "102": (30.0, 0.0, 30.0, 0.0, 6.0),
        "102-refund": (0.0, 10.0, -10.0, 0.0, -2.0),  # one of three, with its tax
        "103": (30.0, 0.0, 30.0, 5.0, 7.0),
        "103-refund": (0.0, 30.0, -30.0, -5.0, -7.0),  # all of it
        "104": (30.0, 0.0, 0.0, 0.0, 0.0),  # payment failed
        "105": (10.0, 0.0, 10.0, 0.0, 2.0),  # a guest who pays by bank transfer
        "106": (30.0, 0.0, 30.0, 0.0, 6.0),
        "106-refund": (0.0, 10.0, -10.0, 0.0, -2.0),  # 12, of which tax 6/36
    }
    assert loaded.purchases() == [("ann@example.com", "101"), ("ann@example.com", "106"), ("bob@example.com", "102")]
    [ann] = loaded.rows("select first_name, city, country from raw.customers where customer_id = 'ann@example.com'")
    assert tuple(ann.values()) == ("Ann", "Wien", "AT")


@pytest.mark.parametrize("loaded", ["stripe"], indirect=True)
def test_stripe(loaded: Loaded) -> None:
    assert loaded.quarantined() == []
    net = {name: figures[2] for name, figures in loaded.worth().items()}
    assert net == {
        "ch_1": 100.0,
        "ch_2": 50.0,
        "ch_2-refund": -50.0,
        "ch_3": 0.0,  # failed
        "ch_4": 80.0,
        "ch_4-refund": -20.0,
        "ch_5": 10.0,
    }
    assert loaded.purchases() == [("cus_A", "ch_1"), ("cus_A", "ch_4")]  # ch_2 was given back, ch_5 has no customer
    contracts = loaded.rows(
        "select subscription_id, customer_id, started_at::date::varchar as started, ended_at::date::varchar as ended, "
        "monthly_amount::double as monthly, term_months from raw.subscriptions order by 1"
    )
    assert [tuple(row.values()) for row in contracts] == [
        ("sub_1", "cus_A", "2024-01-10", None, 30.0, 1),
        ("sub_2", "cus_B", "2023-06-01", "2024-06-01", 10.0, 12),
        ("sub_3", "cus_B", "2024-07-01", None, 52.0, None),  # 12 × 52 / 12; it will end, and has not yet
        ("sub_4", "cus_C", "2024-08-01", "2024-08-01", 10.0, 1),  # never paid
    ]
    [refund] = loaded.rows("select ordered_at::date::varchar as day from raw.orders where order_id = 'ch_2-refund'")
    assert refund["day"] == "2024-02-01"


@pytest.mark.parametrize("loaded", ["olist"], indirect=True)
def test_olist(loaded: Loaded) -> None:
    assert loaded.quarantined() == []
    assert loaded.worth() == {
        "o1": (59.98, 0.0, 59.98, 17.44, 0.0),  # two of the same article are two lines
        "o2": (118.7, 0.0, 118.7, 22.76, 0.0),
        "o3": (159.9, 0.0, 0.0, 0.0, 0.0),  # cancelled
        "o4": (150.0, 0.0, 150.0, 10.0, 0.0),
    }
    reviews = loaded.rows("select feedback_id, customer_id, rating, feedback_text from raw.feedback order by 1")
    assert [tuple(row.values())[:3] for row in reviews] == [("r1-o1", "c1", 4), ("r2-o2", "c2", 5), ("r3-o4", "c4", 1)]
    assert [row["feedback_text"] for row in reviews][1:] == [None, "ruim"]

    # A person is one customer, whatever the order.
    resolve_identities(loaded.settings, "olist", AS_OF_DATE)
    members = loaded.rows("select source_customer_id, customer_id from pii.customer_identities order by 1")
    assert [tuple(row.values()) for row in members] == [("c1", "c1"), ("c2", "c2"), ("c3", "c3"), ("c4", "c1")]


@pytest.mark.parametrize("loaded", ["point_of_sale"], indirect=True)
def test_point_of_sale(loaded: Loaded) -> None:
    assert loaded.quarantined() == []
    assert loaded.worth() == {
        "T1": (11.5, 0.0, 11.5, 0.0, 0.95),  # 9 − 1 + 3.50
        "T2": (1234.5, 0.0, 1234.5, 0.0, 0.0),
        "T3-refund": (0.0, 3.5, -3.5, 0.0, -0.29),
        "T4": (0.0, 0.0, 0.0, 0.0, 0.0),  # a gift card is money paid in advance
    }
    assert loaded.purchases() == [("C1", "T1")]
    [head] = loaded.rows(
        "select ordered_at::varchar as at, sales_channel as place from raw.orders where order_id = 'T1'"
    )
    assert tuple(head.values()) == ("2024-05-02 08:15:30", "Mill Lane")
    [who] = loaded.rows("select customer_id, first_name, last_name from raw.customers")
    assert tuple(who.values()) == ("C1", "Ann", "Lee")
