"""Columns against the former run: what is compared with what, and from where on it warns or stops."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from expectations.measures.measure import measure
from expectations.measures.profiles import accept_profiles
from expectations.thresholds import load_thresholds
from tests.expectations.small_shop import AS_OF
from warehouse.tables.contract import load_contract

FORMER = date(2024, 6, 24)
TABLE = "raw.orders"


def _profile(day: date, values: dict[tuple[str, str, str | None], float], rows: int = 1000, accepted: bool = True):
    accepted = accepted and day != AS_OF  # this run's gate has not been passed yet
    for (column, measure_name, category), value in values.items():
        name = "null" if category is None else f"'{category}'"
        yield (
            f"insert into quality.column_profiles values ('raw', '{day}', '2024-09-01', '{TABLE}', '{column}', "
            f"'{measure_name}', {name}, {value}, {rows}, {accepted})"
        )


def _single(measure_name: str, value: float) -> dict[tuple[str, str, None], float]:
    return {("order_amount", measure_name, None): value}


def _shares(**shares: float) -> dict[tuple[str, str, str], float]:
    return {("country", "category_share", category): share for category, share in shares.items()}


@pytest.mark.parametrize(
    ("rule", "runs"),
    [
        ("orders_null_shares", [_single("null_share", value) for value in (0.1, 0.2, 0.21)]),
        ("orders_null_shares_stand", [_single("null_share", value) for value in (0.1, 0.6, 0.61)]),
        ("orders_amounts", [_single("mean", value) for value in (10, 14.9, 15.1)]),
        ("orders_amounts", [_single("upper_decile", value) for value in (10, 6.7, 6.6)]),
        ("orders_amounts_stand", [_single("median", value) for value in (10, 1.01, 0.99)]),
        ("orders_categories", [_shares(UK=0.5, FR=0.5), _shares(UK=0.7, FR=0.3), _shares(UK=0.9, FR=0.1)]),
        ("orders_categories", [_shares(UK=1), _shares(UK=0.95, DE=0.05), _shares(DE=1)]),
    ],
)
def test_what_moved_is_found(change, ask, rule, runs):
    former, holds, breaks = runs
    change(_profile(FORMER, former))
    change(_profile(AS_OF, holds))
    assert ask("raw", TABLE, rule) == []
    change([f"delete from quality.column_profiles where as_of_date = '{AS_OF}'", *_profile(AS_OF, breaks)])
    (row,) = ask("raw", TABLE, rule)
    assert row["former_date"] == FORMER
    assert row["column_name"] in ("order_amount", "country")


@pytest.mark.parametrize(
    ("earlier", "why"),
    [
        ([], "there is no earlier run to compare with"),
        (list(_profile(FORMER, _single("median", 10), accepted=False)), "there is no earlier run to compare with"),
        (list(_profile(date(2024, 7, 2), _single("median", 10))), "there is no earlier run to compare with"),
        (list(_profile(FORMER, _single("median", 10), rows=99)), "1000 rows, 99 on 2024-06-24; 100 are needed"),
    ],
)
def test_without_a_run_to_compare_with_nothing_is_judged(change, ask, earlier, why):
    change([*earlier, *_profile(AS_OF, _single("median", 500))])
    assert ask("raw", TABLE, "orders_amounts_stand") == why


def test_the_newest_earlier_run_is_compared_with(change, ask):
    change([*_profile(date(2024, 6, 1), _single("median", 10)), *_profile(FORMER, _single("median", 500))])
    change(_profile(AS_OF, _single("median", 500)))
    assert ask("raw", TABLE, "orders_amounts_stand") == []


def test_measures_of_the_small_shop(change, connection):
    change([])
    for gate in ("raw", "marts", "scores"):
        measure(connection, gate, AS_OF, load_thresholds(), datetime(2024, 9, 1))
        measure(connection, gate, AS_OF, load_thresholds(), datetime(2024, 9, 2))  # takes the place of the first
    found = {
        (table, column, name, category): (value, rows)
        for table, column, name, category, value, rows in connection.execute(
            "select table_name, column_name, measure, category, value, row_count from quality.column_profiles"
        ).fetchall()
    }
    (count,) = connection.execute("select count(*) from quality.column_profiles").fetchone()
    assert count == len(found)
    # o4, o5 and o6 lie in the 28 days before the as-of date
    assert found["raw.orders", "order_kind", "category_share", "sale"] == (pytest.approx(2 / 3), 3)
    assert found["raw.orders", "order_amount", "null_share", None] == (1, 3)
    assert found["raw.order_items", "unit_price_amount", "median", None] == (5, 3)
    assert found["raw.customers", "gender", "category_share", "(none)"] == (pytest.approx(1 / 3), 3)
    assert found["scores.customer_clv", "predicted_amount", "mean", None] == (2.5, 1)
    assert connection.execute("select bool_or(is_accepted) from quality.column_profiles").fetchone() == (False,)
    accept_profiles(connection, "raw", AS_OF)
    accepted = connection.execute("select distinct gate from quality.column_profiles where is_accepted").fetchall()
    assert accepted == [("raw",)]


def test_no_personal_column_is_measured():
    personal = {name for table in load_contract().tables.values() for name, c in table.columns.items() if c.personal}
    assert personal
    for table in load_thresholds().distribution.tables.values():
        assert not personal & {*table.filled, *table.amounts, *table.categories}
