"""Each rule finds what it is for, in these words and with this money; a plain shop has nothing to find."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from ml.competition.results import Refused
from ml.configuration import load_configuration
from ml.jobs.anomalies.configuration import AnomaliesConfiguration
from ml.jobs.anomalies.rules import find
from ml.jobs.anomalies.tail import Tail
from tests.ml.anomalies.small_ledger import AS_OF_DATE, SmallLedger, plain_shop

NOON = datetime(2025, 11, 3, 12)


def found(ledger: SmallLedger) -> pd.DataFrame:
    return find(ledger.connection, AS_OF_DATE, load_configuration(AnomaliesConfiguration, "anomalies")).findings


def wholesale(ledger: SmallLedger) -> None:
    ledger.order("X", "C000", NOON, [("P1", 600, 11.0)])


def slip(ledger: SmallLedger) -> None:
    ledger.order("X", "C001", NOON, [("P2", 2, 0.12)])


def given_away(ledger: SmallLedger) -> None:
    ledger.order("X", "C001", NOON, [("P2", 20, 0.0), ("P1", 1, 11.0)])


def bad_debt(ledger: SmallLedger) -> None:
    ledger.adjustment("X", NOON, "B", -5000.0)


def twice(ledger: SmallLedger) -> None:
    for order, seconds in (("W", 0), ("X", 40)):
        ledger.order(order, "C001", NOON + timedelta(seconds=seconds), [("P2", 1, 12.0), ("P3", 2, 13.0)])


def undone(ledger: SmallLedger) -> None:
    ledger.order("X", "C001", NOON, [("P1", 30, 11.0)], returned_at=NOON + timedelta(minutes=12))


def burst(ledger: SmallLedger) -> None:
    for number in range(8):
        at = NOON + timedelta(minutes=number * 20 / 7)
        ledger.order(f"X{number}", "newcomer", at, [("P1", 1 + number, 11.0)])


def sends_back(ledger: SmallLedger) -> None:
    for number in range(10):
        at = NOON - timedelta(days=20 * number + 40)
        back = at + timedelta(days=9) if number < 9 else None
        ledger.order(f"X{number}", "abuser", at, [("P1", 1, 11.0)], returned_at=back)


def ring(ledger: SmallLedger) -> None:
    for number in range(4):
        at = NOON + timedelta(hours=number)
        ledger.order(f"X{number}", f"R{number}", at, [("P1", 3, 11.0)])
        # two by address, two by telephone number, and one of each by both
        phone, street = ("+49 555 1", "a lane 1") if number < 2 else ("+49 (555) 12345678", f"A Läne, {number}")
        if number == 1:
            phone = "0555 12345678"
        ledger.connection.execute(
            "insert into staging.stg_customers values (?, ?, ?, ?, '1', 'Ulm')", [f"R{number}", at, phone, street]
        )


def guests(ledger: SmallLedger) -> None:
    for number in range(6):
        ledger.order(f"X{number}", None, NOON + timedelta(minutes=number), [("P1", 1, 11.0)])


@pytest.mark.parametrize(
    ("plant", "code", "subject", "words", "amount"),
    [
        (wholesale, "quantity", "X", "quantity 600 is 600 times what others buy of this product", 6600),
        (wholesale, "amount", "X", "order of 6,600 is 178 times a usual order", 6600),
        (slip, "price", "X", "price 0.12 against 12 usual", 23.76),
        (given_away, "given_away", "X", "20 pieces worth 240 at price 0", 240),
        (bad_debt, "book_keeping", "X", "adjustment (B) of -5,000, 135 usual orders", 5000),
        (twice, "double_booking", "X", "same basket twice within 40 seconds", 38),
        (undone, "undone_at_once", "X", "order of 330 undone 12 minutes later", 330),
        (burst, "many_orders_at_once", "newcomer", "8 orders within 20 minutes", 396),
        (sends_back, "returns", "abuser", "returned 9 of 10 orders", 99),
        (guests, "guest_burst", "X0", "first of 6 orders of guests within 15 minutes", 66),
        (
            *(ring, "shared_address", "R1"),
            "4 accounts at one address or telephone number, opened within 3 hours; this one ordered 33",
            33,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "__name__", None),
)
def test_what_is_planted_is_found(
    plant: Callable[[SmallLedger], None], code: str, subject: str, words: str, amount: float
) -> None:
    ledger = plain_shop()
    plant(ledger)
    findings = found(ledger)
    [finding] = findings[(findings["code"] == code) & (findings["subject_id"] == subject)].itertuples()
    assert finding.words == words
    assert finding.amount_at_stake == pytest.approx(amount)
    planted = ("X", "newcomer", "abuser", "R")
    assert all(one.startswith(planted) for one in findings["subject_id"]), "nothing of the plain shop is found"


def test_a_plain_shop_has_nothing_to_find() -> None:
    assert found(plain_shop()).empty


def test_who_always_buys_by_the_hundred_does_not_stand_out() -> None:
    ledger = plain_shop()
    for number in range(8):
        ledger.order(f"X{number}", "wholesaler", NOON - timedelta(days=9 * number), [("P1", 600 + number, 11.0)])
    assert "quantity" not in set(found(ledger)["code"])
    assert "amount" not in set(found(ledger)["code"])


def test_second_bookings_that_were_undone_or_come_later_are_none() -> None:
    ledger = plain_shop()
    lines = [("P2", 1, 12.0), ("P3", 2, 13.0)]
    ledger.order("W", "C001", NOON, lines)
    ledger.order("X", "C001", NOON + timedelta(seconds=40), lines, cancelled_at=NOON + timedelta(hours=1))
    ledger.order("Y", "C001", NOON + timedelta(minutes=11), lines)
    assert "double_booking" not in set(found(ledger)["code"])


def test_too_few_orders_say_nothing() -> None:
    ledger = SmallLedger()
    ledger.order("X", "C001", NOON, [("P1", 1, 1.0)])
    with pytest.raises(Refused, match="1 orders before 2026-01-01 are too few"):
        found(ledger)


def test_the_tail_continues_as_it_falls_off() -> None:
    """100,000 values of an exponential distribution with mean 1: a decade is ln 10 = 2.303 farther."""
    values = -np.log(1 - (np.arange(100_000) + 0.5) / 100_000)
    tail = Tail.of(values)
    assert tail.highest - tail.high == pytest.approx(np.log(10), abs=0.01)
    expected_rarest = np.log(100_000)  # one in 100,000
    assert tail.strength(np.array([expected_rarest, expected_rarest + 2 * np.log(10), 0.0])) == pytest.approx(
        [1, 3, 0.25], abs=0.03
    )
    assert tail.threshold(2) == tail.highest
    assert tail.threshold(100_000) == pytest.approx(np.log(100_000))
