"""Numbers of more digits than eight bytes hold are read in a quicker way, with the same result."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.tables.contract import Column
from warehouse.values.types import as_text_sql, typed_sql

DIGITS = st.text("0123456789", max_size=16) | st.sampled_from(["99999999", "12345678", "0" * 12, "5" * 14, "9" * 14])
PLAIN = st.builds("{}{}.{}".format, st.sampled_from(["", "-", "+"]), DIGITS, DIGITS)
SCIENTIFIC = st.builds("{}{}{}".format, PLAIN, st.sampled_from(["e", "E", "e-", "E+"]), st.integers(0, 12))
STRANGE = st.sampled_from(["", "-", ".", "1_000", "1 000", "inf", "nan", "0x10", "1e400", "twelve", "1.2.3"])


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect(config={"threads": 1}) as opened:
        yield opened


@pytest.mark.parametrize("kind", ["price", "amount"])
@given(texts=st.lists(PLAIN | SCIENTIFIC | STRANGE, min_size=1, max_size=200))
def test_a_text_is_the_number_that_the_long_type_makes_of_it(
    connection: duckdb.DuckDBPyConnection, kind: str, texts: list[str]
) -> None:
    column = Column(type=kind, description="")
    plain = f"try_cast(case when not contains(x, '_') then x end as {column.sql_type})"
    found = connection.execute(
        f"select {typed_sql('x', column, 'UTC')}, {plain} as value, {as_text_sql('value', column)}, value::varchar "
        "from (select unnest(?::varchar[]) as x)",
        [texts],
    ).fetchall()
    assert [(value, text) for value, _, text, _ in found] == [(value, text) for _, value, _, text in found]


@given(text=PLAIN)
def test_a_plain_number_is_rounded_half_up(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    column = Column(type="price", description="")
    [(found,)] = connection.execute(f"select {typed_sql('x', column, 'UTC')} from (select ? as x)", [text]).fetchall()
    try:
        expected = Decimal(text).quantize(Decimal(1).scaleb(-10), ROUND_HALF_UP, Context(prec=60))
    except InvalidOperation:
        expected = None
    assert found == (None if expected is None or abs(expected) >= 10**10 else expected)
