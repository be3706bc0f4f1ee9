"""Where no two customers share anything there is nothing to weigh: splink is not asked, and would find nobody."""

from __future__ import annotations

from datetime import date

import pytest
from people import customers, with_records

from warehouse.identity import model
from warehouse.identity.model import scored_pairs
from warehouse.identity.rules import load_rules

ANN = {"customer_id": "1", "first_name": "Ann", "last_name": "Lee", "email": "ann@x.example", "city": "Ghent"}
BO = {"customer_id": "2", "first_name": "Bo", "last_name": "Kim", "birth_date": date(1980, 5, 1), "city": "Ghent"}


class Asked(Exception):
    """Splink is needed."""


def asking(*_: object) -> None:
    raise Asked


def test_strangers_are_no_pair_with_splink_or_without(monkeypatch: pytest.MonkeyPatch) -> None:
    records = with_records(customers(ANN, BO))
    with monkeypatch.context() as patch:
        patch.setattr(model, "_linker", asking)
        unasked = scored_pairs(records, load_rules(), 0)
    monkeypatch.setattr(model, "_has_pairs", lambda *_: True)
    found = scored_pairs(records, load_rules(), 0)
    assert unasked.num_rows == found.num_rows == 0
    assert unasked.schema.equals(found.schema)


@pytest.mark.parametrize(
    "shared", [{"email": "ann@x.example"}, {"first_name": "Ann", "last_name": "Lee"}, {"birth_date": date(1980, 5, 1)}]
)
def test_who_shares_what_a_blocking_rule_names_is_weighed(monkeypatch: pytest.MonkeyPatch, shared: dict) -> None:
    monkeypatch.setattr(model, "_linker", asking)
    with pytest.raises(Asked):
        scored_pairs(with_records(customers(ANN, BO, {"customer_id": "3", **shared})), load_rules(), 0)
