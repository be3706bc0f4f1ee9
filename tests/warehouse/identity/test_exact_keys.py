"""Exact keys link what they should, and their guards hold."""

from __future__ import annotations

from datetime import date

from people import customers, with_records

from warehouse.identity.exact_keys import exact_pairs
from warehouse.identity.rules import load_rules


def pairs(*rows: dict) -> list[tuple[str, str, str]]:
    with with_records(customers(*rows)) as connection:
        found = exact_pairs(connection, load_rules()).to_pylist()
    return [(row["left_id"], row["right_id"], row["matched_by"]) for row in found if row["contradiction"] is None]


def person(customer_id: str, **values: object) -> dict:
    return {"customer_id": customer_id, "first_name": "Ada", "last_name": "Null", **values}


def test_same_address_in_other_letters_is_one_person():
    assert pairs(person("1", email="ada@example.com"), person("2", email="ADA@example.com")) == [("1", "2", "email")]


def test_whole_keys_link_and_parts_do_not():
    born = {"birth_date": date.fromisoformat("1980-01-02")}
    assert pairs(person("1", phone="0555 1234567", **born), person("2", phone="+44 555 1234567", **born)) == [
        ("1", "2", "phone+birth_date")
    ]
    assert pairs(person("1", phone="0555 1234567"), person("2", phone="0555 1234567")) == []
    assert pairs(person("1", postcode="12345", **born), person("2", postcode="12345", **born)) == [
        ("1", "2", "first_name+last_name+birth_date+postcode")
    ]


def test_an_address_that_many_share_is_no_key():
    limit = load_rules().exact_key_max_ids
    office = [person(str(number), email="the.nulls@example.com") for number in range(limit + 1)]
    assert pairs(*office) == []
    assert len(pairs(*office[:-1])) == limit * (limit - 1) // 2


def test_other_birth_dates_contradict_and_one_slip_does_not():
    first = person("1", email="x@example.com", birth_date=date.fromisoformat("1980-01-02"))
    assert pairs(first, person("2", email="x@example.com", birth_date=date.fromisoformat("1980-01-03"))) != []
    assert pairs(first, person("2", email="x@example.com", birth_date=date.fromisoformat("1981-11-25"))) == []


def test_a_couple_with_one_address_stays_two():
    assert pairs(person("1", email="x@example.com"), person("2", email="x@example.com", first_name="Bo")) == []
    for other in ("Adah", "A.", "ADA Maria"):
        assert pairs(person("1", email="x@example.com"), person("2", email="x@example.com", first_name=other)) != []


def test_an_address_of_different_people_is_no_key_of_the_account_without_a_name():
    couple = [person("1", email="the.nulls@example.com"), person("2", email="the.nulls@example.com", first_name="Bo")]
    nameless = {"customer_id": "3", "email": "the.nulls@example.com"}
    assert pairs(*couple, nameless) == []
    assert pairs(couple[0], nameless) == [("1", "3", "email")]
    again = person("4", email="the.nulls@example.com")
    assert pairs(*couple, nameless, again) == [("1", "4", "email")]


def test_what_tills_write_for_nobody_joins_nobody():
    for address in ("noemail@example.com", "No-Email@shop.test", "n/a@shop.test", "test12@shop.test", "info@shop.test"):
        assert pairs({"customer_id": "1", "email": address}, {"customer_id": "2", "email": address.upper()}) == []
    born = {"birth_date": date.fromisoformat("1980-01-02")}
    for number in ("000000000", "+49 111 111111", "123456789", "0800 000 000"):
        assert pairs(person("1", phone=number, **born), person("2", phone=number, **born)) == []
    guest = {"first_name": "Guest", "last_name": "Customer", "postcode": "12345", **born}
    assert pairs({"customer_id": "1", **guest}, {"customer_id": "2", **guest}) == []
    form = {"birth_date": date.fromisoformat("1900-01-01"), "postcode": "12345"}
    assert pairs(person("1", **form), person("2", **form)) == []
