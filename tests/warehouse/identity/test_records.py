"""Equal things are written equally, different ones stay different."""

from __future__ import annotations

import pytest
from people import customers, with_records


def written(column: str, *values: str | None) -> list[str | None]:
    rows = customers(*({"customer_id": str(number), column: value} for number, value in enumerate(values)))
    with with_records(rows) as connection:
        return [row[0] for row in connection.execute(f"select {column} from records order by unique_id").fetchall()]


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("last_name", ["  O'Brien ", "o brien", "O’BRIEN"], "o brien"),
        ("first_name", ["Zoë", "ZOE", "zoé"], "zoe"),
        ("street_address", ["Hauptstraße 5", "HAUPTSTRASSE  5", "Hauptstrasse 5."], "hauptstrasse 5"),
        ("email", [" Ada@Example.com", "ADA+news@example.COM"], "ada@example.com"),
        ("email", ["a.d.a@gmail.com", "ada@googlemail.com", "Ada+x@GMAIL.com"], "ada@gmail.com"),
        ("phone", ["+49 555 012-3456", "0049 555 0123456", "(0555) 0123456"], "550123456"),
        ("postcode", ["SW1A 1AA", "sw1a1aa"], "SW1A1AA"),
        ("first_name", ["李", " 李 "], "李"),
    ],
)
def test_spellings_of_one_thing_are_equal(column, values, expected):
    assert set(written(column, *values)) == {expected}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("email", ["none", "n/a", "@example.com", "a@b", "a b@example.com", "+x@example.com", None]),
        ("phone", ["0", "12-34", "unknown", None]),
        ("last_name", ["", " ", "--", None]),
    ],
)
def test_what_says_nothing_is_missing(column, values):
    assert set(written(column, *values)) == {None}


def test_different_addresses_stay_different():
    assert len(set(written("email", "a.da@example.com", "ada@example.com", "ada@example.org", "ada1@example.com"))) == 4


def test_a_name_that_is_a_placeholder_in_part_only_is_kept():
    rows = customers({"customer_id": "1", "first_name": "Christopher", "last_name": "Guest"})
    with with_records(rows) as connection:
        assert connection.execute("select full_name from records").fetchall() == [("christopher guest",)]
