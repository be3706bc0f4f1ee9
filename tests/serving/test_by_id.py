"""What the scorer answers for an id, and what to whoever asks for something else."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from serving.answer import COLUMNS, GROUPS
from serving.limits import BODY_LIMIT_BYTES
from tests.serving.conftest import opened
from tests.serving.made_versions import KEY
from warehouse.base.only_the_owner import sign_in_link
from warehouse.base.settings import Settings


def test_what_is_published_of_a_customer(scorer: TestClient) -> None:
    answer = scorer.get("/customers/A%2F1")
    assert answer.status_code == 200
    told = answer.json()
    assert {name: told[name] for name in ("customer_id", "source", "as_of_date", "published_version", "models")} == {
        "customer_id": "A/1",
        "source": "shop",
        "as_of_date": "2026-07-01",
        "published_version": "first",
        "models": {"crm_clv": "4"},
    }
    assert told["segment"] == {"segment_id": 3, "segment_name": "Loyal", "is_segment_name_true": None}
    assert (told["churn"]["churn_probability"], told["churn"]["churn_risk_band"]) == (0.25, "low")
    assert (told["value"]["predicted_amount"], told["value"]["alive_probability"]) == (12.5, None)
    assert told["value"]["clv_reasons"] == "raises value: much"
    assert told["behaviour"]["last_order_date"] == "2026-06-30"
    assert told["next_action"]["next_best_action"] == "reward_loyalty"
    assert answer.headers["cache-control"] == "no-store"


def test_nobody_of_that_id_is_told_in_words(scorer: TestClient) -> None:
    answer = scorer.get("/customers/C")
    assert answer.status_code == 404
    assert answer.json()["error"] == "There is no customer 'C' in shop as of 2026-07-01 (published version first)."
    assert "make sql" in answer.json()["what_to_do"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X": "y"}, 401),
        ({"Authorization": "Bearer another"}, 401),
        ({"Authorization": f"Bearer {KEY}", "Host": "evil.example"}, 403),
        ({"Authorization": f"Bearer {KEY}", "Origin": "http://evil.example"}, 403),
    ],
)
def test_only_who_has_the_key_is_answered(shop: Settings, headers: dict[str, str], status: int) -> None:
    with opened(shop, **headers) as stranger:
        for path in ("/customers/B", "/version", "/metrics", "/", "/openapi.json"):
            assert stranger.get(path).status_code == status, path


def test_the_link_signs_a_browser_in_and_health_is_open(shop: Settings) -> None:
    with opened(shop, X="y") as browser:
        assert browser.get("/health").json() == {"status": "ready by id"}
        assert browser.get(sign_in_link("", KEY)).status_code == 200
        assert browser.get("/customers/B").json()["churn"]["churn_status"] == "refused"


def test_before_the_first_publication_it_says_so(home: Settings) -> None:
    with opened(home) as client:
        assert client.get("/health").json() == {"status": "nothing published yet"}
        answer = client.get("/customers/A")
        assert (answer.status_code, answer.json()["error"]) == (503, "Nothing has been published yet.")


def test_what_is_no_request_is_told_in_words(scorer: TestClient) -> None:
    assert scorer.get("/nowhere").json()["error"] == "There is no such page."
    assert scorer.put("/version").status_code == 405
    long = scorer.get(f"/customers/{'x' * 201}")
    assert long.status_code == 422
    assert "customer_id" in long.json()["error"] and "200 characters" in long.json()["error"]


def test_a_large_body_is_refused_before_it_is_read(scorer: TestClient) -> None:
    answer = scorer.post("/customers/A", content=b"x" * (BODY_LIMIT_BYTES + 1))
    assert answer.status_code == 413
    assert answer.json()["error"] == "The request is larger than 1,000,000 bytes."


def test_requests_are_counted_without_ids(scorer: TestClient) -> None:
    for path in ("/customers/A%2F1", "/customers/B", "/customers/nobody-knows"):
        scorer.get(path)
    told = scorer.get("/metrics").text.splitlines()
    route = 'route="/customers/{customer_id:path}"'
    assert f'clientele_requests_total{{{route},status="200"}} 2' in told
    assert f'clientele_requests_total{{{route},status="404"}} 1' in told
    assert f"clientele_answer_seconds_count{{{route}}} 3" in told
    assert 'clientele_versions_opened_total{by="id"} 1' in told
    assert not [line for line in told if "nobody" in line or "A/1" in line]


def test_the_page_needs_nothing_from_outside_and_describes_every_column(scorer: TestClient) -> None:
    page = scorer.get("/")
    assert "//" not in page.text.replace("<!doctype", "").replace("data:,", "")
    for part in ("page/swagger-ui.js", "page/swagger-ui.css"):
        assert part in page.text and len(scorer.get(f"/{part}").content) > 10_000
    schemas = scorer.get("/openapi.json").json()["components"]["schemas"]
    described = {name: about for schema in schemas.values() for name, about in schema.get("properties", {}).items()}
    assert [name for name in COLUMNS if len(described[name]["description"]) < 10] == []
    assert set(GROUPS) <= set(schemas["Answer"]["properties"])
