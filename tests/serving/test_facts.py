"""Facts as they are asked: what is taken, what is refused, and what answers while models are loaded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.facts.request import MOST_ROWS, FactsBase, facts_model
from serving.facts.scorer import NobodyKnown
from serving.limits import BODY_LIMIT_BYTES
from serving.live import Live
from tests.serving.conftest import opened
from tests.serving.made_versions import make_version
from warehouse.base.errors import ModelUnavailable
from warehouse.base.settings import Settings

ORDER = {"order_id": "1", "ordered_at": "2026-05-02T18:30:00"}
LINE = {"order_item_id": "1-1", "order_id": "1", "quantity": 2}


class Scored:
    """Stands for the models of a version: says who was asked for, and by which version."""

    def __init__(self, version: str) -> None:
        self.version = version

    def of(self, facts: FactsBase) -> dict[str, Any]:
        if facts.customer_id == "nobody":
            raise NobodyKnown("The facts tell of nobody.", "Tell more.")
        return {"customer_id": facts.customer_id, "published_version": self.version, "orders": facts.rows("orders")}


@pytest.fixture
def scorer(shop: Settings) -> Iterator[TestClient]:
    """Its models are ready at once, but for those of the version `broken`."""

    def load(_: Settings, version, folder) -> Any:
        if folder.name == "broken":
            raise ModelUnavailable("crm_churn has no version 7.", "Train.")
        return Scored(version.about.published_version)

    with opened(shop, live=Live(shop, load)) as client:
        wait_for(client, "ready")
        yield client


def test_rows_that_name_nobody_are_the_customers(scorer: TestClient) -> None:
    told = scorer.post("/score", json={"customer_id": "new", "orders": [ORDER, {**ORDER, "customer_id": "old"}]}).json()
    assert (told["customer_id"], told["published_version"]) == ("new", "first")
    assert [row["customer_id"] for row in told["orders"]] == ["new", "old"]
    assert {row["order_kind"] for row in told["orders"]} == {"sale"}  # the contract's default


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "customer_id: Field required"),
        ({"customer_id": "a", "ordres": []}, "ordres: Extra inputs are not permitted"),
        ({"customer_id": "a", "orders": [{"order_id": "1"}]}, "orders.0.ordered_at: Field required"),
        ({"customer_id": "a", "orders": [{**ORDER, "order_kind": "swap"}]}, "'sale', 'return' or 'adjustment'"),
        ({"customer_id": "a", "orders": [{**ORDER, "ordered_at": "2026-05-02T18:30:00Z"}]}, "timezone"),
        ({"customer_id": "a", "orders": [{**ORDER, "order_amount": "1e30"}]}, "orders.0.order_amount: Input should be"),
        ({"customer_id": "a", "feedback": [{"feedback_id": "1", "given_at": "2026-05-02", "rating": 6}]}, "rating"),
        ({"customer_id": "a", "order_items": [LINE]}, "the order '1', which is not among the orders"),
        ({"customer_id": "a", "customers": [{}] * 21}, "customers: List should have at most 20 items"),
        ({"customer_id": "a", "as_of_date": "yesterday"}, "as_of_date"),
        ([], "Input should be"),
    ],
)
def test_what_does_not_fit_the_contract_is_told_field_by_field(scorer: TestClient, wrong: Any, words: str) -> None:
    answer = scorer.post("/score", json=wrong)
    assert answer.status_code == 422
    assert words in answer.json()["error"]
    assert answer.json()["what_to_do"]


def test_who_is_not_known_is_told_in_words(scorer: TestClient) -> None:
    answer = scorer.post("/score", json={"customer_id": "nobody"})
    assert (answer.status_code, answer.json()) == (
        422,
        {"error": "The facts tell of nobody.", "what_to_do": "Tell more."},
    )


@pytest.mark.parametrize("is_told", [True, False])
def test_a_body_above_the_limit_is_refused_told_beforehand_or_not(scorer: TestClient, is_told: bool) -> None:
    part = b" " * (BODY_LIMIT_BYTES // 2 + 1)
    content = part * 2 if is_told else iter([part, part])
    assert scorer.post("/score", content=content).status_code == 413


def test_until_models_are_loaded_those_of_the_former_version_score(shop: Settings, scorer: TestClient) -> None:
    make_version(shop, "broken")
    deadline = time.monotonic() + 10
    while 'clientele_versions_failed_total{by="facts"} 1' not in scorer.get("/metrics").text:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert scorer.get("/customers/B").json()["published_version"] == "broken"
    assert scorer.post("/score", json={"customer_id": "a"}).json()["published_version"] == "first"
    make_version(shop, "third")
    while scorer.post("/score", json={"customer_id": "a"}).json()["published_version"] != "third":
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_who_asks_by_id_does_not_wait_behind_facts(shop: Settings) -> None:
    go_on = Event()

    class Slow:
        def of(self, _: Any) -> dict[str, Any]:
            go_on.wait(10)
            return {}

    with opened(shop, live=Live(shop, lambda *_: Slow())) as client, ThreadPoolExecutor(65) as askers:
        wait_for(client, "ready")
        asked = [askers.submit(client.post, "/score", json={"customer_id": "a"}) for _ in range(65)]
        first = next(as_completed(asked, timeout=10)).result()
        assert (first.status_code, first.json()["error"]) == (503, "64 customers are being scored by facts.")
        assert client.get("/customers/B").status_code == 200
        go_on.set()
        assert sorted(one.result().status_code for one in asked) == [200] * 64 + [503]


def test_ids_that_are_no_text_are_refused_in_words(scorer: TestClient) -> None:
    given = b'{"customer_id": "\\ud800"}'
    answer = scorer.post("/score", content=given, headers={"Content-Type": "application/json"})
    assert (answer.status_code, "customer_id" in answer.json()["error"]) == (422, True)
    assert scorer.get("/customers/%FF").status_code == 404


def test_what_nobody_foresaw_is_told_in_words(shop: Settings) -> None:
    class Broken:
        def of(self, _: Any) -> Any:
            raise ZeroDivisionError

    client = opened(shop, live=Live(shop, lambda *_: Broken()))
    with TestClient(client.app, client.base_url, raise_server_exceptions=False, headers=client.headers) as careless:
        wait_for(careless, "ready")
        answer = careless.post("/score", json={"customer_id": "a"})
    assert answer.status_code == 500
    assert answer.json()["error"] == "Something went wrong that the scorer did not foresee: ZeroDivisionError."


def test_without_models_it_says_why(shop: Settings) -> None:
    def load(*_: Any) -> Any:
        raise ModelUnavailable("crm_churn has no version 7.", "Train.")

    with opened(shop, live=Live(shop, load)) as client:
        wait_for(client, "ready by id")
        deadline = time.monotonic() + 10
        while "loaded: crm" not in (answer := client.post("/score", json={"customer_id": "a"})).text:
            assert time.monotonic() < deadline
        assert answer.status_code == 503
        assert "crm_churn has no version 7." in answer.json()["error"]


def test_every_table_takes_the_columns_of_the_contract() -> None:
    schema = facts_model().model_json_schema()
    assert set(schema["properties"]) == {"customer_id", "as_of_date", *MOST_ROWS}
    assert facts_model().model_validate(schema["examples"][0]).ids() == {"new-1"}


def wait_for(client: TestClient, state: str) -> None:
    deadline = time.monotonic() + 10
    while client.get("/health").json()["status"] != state:
        assert time.monotonic() < deadline
        time.sleep(0.02)
