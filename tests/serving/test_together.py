"""Requests that wait are scored in one pass, and know nothing of each other."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from serving.facts.request import FactsBase, facts_model
from serving.facts.scorer import NobodyKnown
from serving.facts.together import Together

PATIENCE_SECONDS = 10


def facts(customer_id: str, order_id: str | None = None, account: str | None = None, day: str | None = None):
    orders = [{"order_id": order_id, "ordered_at": "2026-05-02T18:30:00", "customer_id": account}] if order_id else []
    return facts_model().model_validate({"customer_id": customer_id, "orders": orders, "as_of_date": day})


class Passes:
    """Scores by noting who was scored together; the first pass, of a customer who is no case, waits for the others."""

    def __init__(self) -> None:
        self.passes: list[list[str]] = []
        self.has_begun, self.may_go_on = Event(), Event()

    def score(self, several: Sequence[FactsBase]) -> list[dict[str, Any] | Exception]:
        names = [one.customer_id for one in several]
        if names == ["first"]:
            self.has_begun.set()
            assert self.may_go_on.wait(PATIENCE_SECONDS)
            return [{}]
        self.passes.append(names)
        if "breaks the pass" in names:
            raise ZeroDivisionError(len(names))
        return [NobodyKnown("nobody") if name == "nobody" else {"of": name} for name in names]


def answers(wanted: list[FactsBase]) -> tuple[list[list[str]], list[Any]]:
    """Who was scored together when all waited at the same time, in this order; and what each was told."""
    passes = Passes()
    together = Together(passes.score)
    with ThreadPoolExecutor(len(wanted) + 1) as askers:
        first = askers.submit(together.of, facts("first"))
        assert passes.has_begun.wait(PATIENCE_SECONDS)
        asked = []
        for number, one in enumerate(wanted, 1):
            asked.append(askers.submit(together.of, one))
            while len(together._waiting) < number:
                assert not asked[-1].done()
        passes.may_go_on.set()
        first.result(PATIENCE_SECONDS)
        told = [one.exception(PATIENCE_SECONDS) or one.result() for one in asked]
    return passes.passes, told


def test_who_waits_is_scored_in_one_pass_and_told_of_himself() -> None:
    passes, told = answers([facts("a", "1"), facts("b", "2"), facts("c")])
    assert passes == [["a", "b", "c"]]
    assert told == [{"of": "a"}, {"of": "b"}, {"of": "c"}]


@pytest.mark.parametrize(
    "other",
    [facts("b", order_id="1"), facts("b", "2", account="a"), facts("a", "2"), facts("b", "2", day="2026-07-01")],
    ids=["the same order", "an account of the other", "the same customer", "another date"],
)
def test_who_has_an_id_in_common_or_another_date_waits_for_the_next_pass(other: FactsBase) -> None:
    passes, told = answers([facts("a", "1"), other, facts("c", "3")])
    assert passes == [["a", "c"], [other.customer_id]]
    assert told == [{"of": "a"}, {"of": other.customer_id}, {"of": "c"}]


def test_an_error_is_of_the_request_that_has_it() -> None:
    passes, told = answers([facts("a"), facts("breaks the pass"), facts("nobody")])
    assert passes == [["a", "breaks the pass", "nobody"], ["a"], ["breaks the pass"], ["nobody"]]
    assert told[0] == {"of": "a"}
    assert (type(told[1]), told[1].args) == (ZeroDivisionError, (1,))
    assert isinstance(told[2], NobodyKnown)


def test_passes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.facts.together._MOST_CUSTOMERS", 2)
    monkeypatch.setattr("serving.facts.together._MOST_ROWS", 1)
    passes, _ = answers([facts("a"), facts("b"), facts("c"), facts("d", "1"), facts("e", "2")])
    assert passes == [["a", "b"], ["c", "d"], ["e"]]
