"""Calls and commands do what the make targets do, and hand on what they are given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn

from clientele import Answer, Clientele, NoAnswer, Scorer
from clientele.__main__ import main
from services.endpoints import free_port
from services.pipeline import Request
from serving.application import application
from serving.facts.scorer import NobodyKnown
from serving.live import Live
from tests.serving.conftest import no_search_for_garbage
from tests.serving.made_versions import make_version
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings

KEY = "a-key-for-the-calls"
__all__ = ["no_search_for_garbage"]  # a fixture of the scorer's tests


class Models:
    """Answers facts with what is published of customer B."""

    def __init__(self, version: Any) -> None:
        self._version = version

    def of(self, facts: Any) -> dict[str, Any]:
        if facts.customer_id != "B":
            raise NobodyKnown("The facts tell of nobody.", "Tell more.")
        return self._version.of("B")


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A published home whose scorer runs on a port of its own."""
    port = free_port(8700)
    for name, value in {"HOME": settings.home, "SCORER_KEY": KEY, "SCORER_PORT": port}.items():
        monkeypatch.setenv(f"CLIENTELE_{name}", str(value))
    known = Settings()
    make_version(known, "first")
    app = application(known, Live(known, load=lambda _, version, __: Models(version)))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield known.home
    server.should_exit = True
    thread.join(10)


def test_a_customer_by_id_and_by_facts(home: Path) -> None:
    shop = Clientele()
    by_id = shop.customer("A/1")
    assert isinstance(by_id, Answer)
    assert (by_id.as_of_date, by_id.published_version, by_id.models) == (date(2026, 7, 1), "first", {"crm_clv": "4"})
    assert by_id.churn["churn_probability"] == 0.25
    assert shop.score({"customer_id": "B"}).churn["churn_status"] == "refused"
    assert shop.scorer().version()["published_version"] == "first"


@pytest.mark.parametrize(
    ("ask", "status", "words"),
    [
        (lambda shop: shop.customer("C"), 404, "There is no customer 'C'"),
        (lambda shop: shop.score({"customer_id": "C"}), 422, "The facts tell of nobody. Tell more."),
        (lambda shop: Scorer(shop.scorer()._address, "wrong").customer("B"), 401, "The scorer opens with the link"),
        (lambda _: Scorer("http://127.0.0.1:9", KEY).customer("B"), 0, "make serve"),
    ],
)
def test_what_is_refused_is_an_error_in_words(home: Path, ask: Any, status: int, words: str) -> None:
    with pytest.raises(NoAnswer, match=words) as refused:
        ask(Clientele(home))
    assert refused.value.status == status


def test_questions_have_their_values_bound(home: Path) -> None:
    found = Clientele(home).sql("select customer_id from marts.customer_360 where customer_id = ?", ["B"])
    assert found["customer_id"].tolist() == ["B"]
    assert Clientele(home).live_version() == "first"


def test_a_run_is_the_run_of_the_front_door(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Request] = []
    monkeypatch.setattr("services.pipeline.run", lambda _, request, say: asked.append(request))
    Clientele(settings.home).run("files", "in", date(2024, 1, 31), force_retrain=True)
    assert asked == [Request("files", Path("in"), "2024-01-31", force_retrain=True)]


@pytest.mark.parametrize(
    ("given", "program"),
    [
        (["run", "--source=files"], "services.__main__.main"),
        (["sql", "select 1"], "services.__main__.main"),
        (["rollback", "--reason=x"], "warehouse.__main__.main"),
    ],
)
def test_commands_are_handed_on_as_they_are(given: list[str], program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(program, lambda arguments: asked.append(arguments) or 7)
    assert main(given) == 7
    assert asked == [given]


def test_the_command_prints_an_answer_and_says_what_is_wrong(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps({"customer_id": "B"}), encoding="utf-8")
    assert main(["score", str(facts)]) == 0
    assert json.loads(capsys.readouterr().out)["customer_id"] == "B"
    facts.write_text("{", encoding="utf-8")
    assert (main(["score", str(facts)]), main(["customer"]), main(["customer", "C"])) == (1, 1, 1)
    said = capsys.readouterr().err
    assert all(
        words in said for words in ("The facts are no JSON", "clientele customer ID", "There is no customer 'C'")
    )
    assert main(["nonsense"]) == 2


def test_nothing_published_is_told_as_everywhere(settings: Settings) -> None:
    with pytest.raises(ClienteleError, match="Nothing has been published yet"):
        Clientele(settings.home).sql("select 1")
