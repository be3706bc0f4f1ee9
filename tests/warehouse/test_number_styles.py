"""Decimal points and commas, told apart by the column: every number written in one style is read as it was meant."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from loading_texts import found, load_texts, said

from warehouse.base.settings import Settings
from warehouse.tables.contract import load_contract
from warehouse.values.find_readings import find_readings

HEAD = "order_item_id;order_id;quantity;unit_price_amount;line_amount\n"


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as opened:
        yield opened


def read(connection: duckdb.DuckDBPyConnection, texts: list[str], delimiter: str | None) -> list[Decimal | None]:
    """The amounts of a column of texts."""
    connection.execute("create or replace temp table given (_row_number bigint, order_amount varchar)")
    connection.executemany("insert into given values (?, ?)", list(enumerate(texts)))
    readings = find_readings(connection, load_contract().tables["orders"], "given", delimiter)
    text = readings["order_amount"].rewritten("order_amount") if readings else "order_amount"
    rows = connection.execute(f"select try_cast({text} as decimal(22, 10)) from given order by _row_number").fetchall()
    return [amount for (amount,) in rows]


def written(amount: Decimal, thousands: str, decimal: str) -> str:
    return f"{amount:,}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)


AMOUNTS = st.decimals(-10_000_000, 10_000_000, places=2, allow_nan=False).map(lambda amount: amount + 0)
STYLES = st.sampled_from([(",", "."), (".", ","), ("", "."), ("", ","), ("'", "."), (" ", ","), ("\u202f", ",")])


@hypothesis_settings(max_examples=60, deadline=None)
@given(amounts=st.lists(AMOUNTS, min_size=1, max_size=8), style=STYLES, delimiter=st.sampled_from([",", ";", None]))
def test_two_decimals_prove_the_style(
    connection: duckdb.DuckDBPyConnection, amounts: list[Decimal], style: tuple[str, str], delimiter: str | None
) -> None:
    assert read(connection, [written(amount, *style) for amount in amounts], delimiter) == amounts


@hypothesis_settings(max_examples=60, deadline=None)
@given(
    whole=st.lists(st.integers(-9_999_999, 9_999_999), min_size=1, max_size=6),
    proof=AMOUNTS.filter(lambda amount: amount % 1 != 0),
    style=STYLES.filter(lambda style: style[0]),
    place=st.integers(0, 6),
)
def test_one_proof_decides_for_numbers_that_could_be_either(
    connection: duckdb.DuckDBPyConnection, whole: list[int], proof: Decimal, style: tuple[str, str], place: int
) -> None:
    amounts = [Decimal(number) for number in whole]
    amounts.insert(place, proof)
    assert read(connection, [written(amount, *style) for amount in amounts], ";") == amounts


@hypothesis_settings(max_examples=40, deadline=None)
@given(texts=st.permutations(["7.50", "7,50", "1.250", "1,250", "12", "-3.5", "1'000"]))
def test_where_values_contradict_only_what_has_one_meaning_is_kept(
    connection: duckdb.DuckDBPyConnection, texts: list[str]
) -> None:
    kept = {"7.50": Decimal("7.5"), "12": Decimal(12), "-3.5": Decimal("-3.5")}
    assert read(connection, texts, ",") == [kept.get(text) for text in texts]


def test_what_could_be_either_is_refused_or_told(connection: duckdb.DuckDBPyConnection) -> None:
    assert read(connection, ["1.250", "2.000", "850"], ";") == [None, None, Decimal(850)]
    assert read(connection, ["1.250", "2.000", "850"], ",") == [Decimal("1.25"), Decimal(2), Decimal(850)]
    assert read(connection, ["1,250", "850"], ",") == [None, Decimal(850)]
    assert read(connection, ["1.250", "850"], None) == [Decimal("1.25"), Decimal(850)]


def test_a_column_without_proof_follows_the_others_of_its_file(settings: Settings) -> None:
    report = load_texts(
        settings,
        orders="order_id,ordered_at\n1,2024-05-01\n",
        order_items=HEAD + "a;1;1.000;0,99;990,00\nb;1;2;1.250;2.500\nc;1;1;7,5;7,50\n",
    )
    rows = found(
        settings,
        "select quantity::double, unit_price_amount::double, line_amount::double from raw.order_items "
        "order by order_item_id",
    )
    assert rows == [(1000, 0.99, 990), (2, 1250, 2500), (1, 7.5, 7.5)]
    assert "quantity: 1 value read with decimal commas, because of '0,99': '1.000' is 1000" in said(report)


def test_numbers_that_a_select_computes_are_no_texts_to_guess_at(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create or replace temp table computed as select 1 as _row_number, 1.250 as order_amount")
    assert find_readings(connection, load_contract().tables["orders"], "computed", ";") == {}
