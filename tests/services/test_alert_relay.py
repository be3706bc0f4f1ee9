"""The relay hands alerts on to one address, and nothing else."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.alert_relay import make_relay
from tests.http_servers import serving
from warehouse.alerts.alert import Alert, raise_alert
from warehouse.audiences.manifest import Manifest
from warehouse.base.settings import Settings

ALERT = Alert("failed", "ingest_sources", "load", "No files for source 'files'.")


@pytest.fixture
def told() -> list[dict]:
    """What the webhook was told."""
    return []


@pytest.fixture
def relay(told: list[dict]) -> Iterator[str]:
    """The address of a relay, before a webhook that takes its time."""

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            time.sleep(0.3)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    with (
        serving(ThreadingHTTPServer(("127.0.0.1", 0), Webhook)) as webhook,
        serving(make_relay(webhook, "127.0.0.1", 0, audiences=f"{webhook}crm")) as address,
    ):
        yield address


def eventually(condition) -> bool:
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(condition())


def posted(address: str, body: bytes) -> int:
    """The status of the answer."""
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_an_alert_of_a_task_reaches_the_webhook_once(settings: Settings, relay: str, told: list[dict]) -> None:
    raise_alert(settings.model_copy(update={"alert_webhook_url": type(settings.alert_webhook_url)(relay)}), ALERT)
    assert eventually(lambda: told)
    time.sleep(0.5)
    assert [(alert["task"], alert["message"]) for alert in told] == [("load", "No files for source 'files'.")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b'{"customers": ["C1"]}',
        json.dumps(vars(ALERT) | {"rows": ["C1"]}).encode(),
        json.dumps(vars(ALERT) | {"message": ["C1"]}).encode(),
        json.dumps(vars(ALERT) | {"message": "x" * 200_000}).encode(),
    ],
)
def test_nothing_else_does(relay: str, told: list[dict], body: bytes) -> None:
    assert posted(relay, body) == 400
    assert posted(relay, json.dumps(vars(ALERT)).encode()) == 202
    assert eventually(lambda: told)
    assert len(told) == 1


def test_without_a_webhook_alerts_end_here_and_it_lives() -> None:
    with serving(make_relay("", "127.0.0.1", 0)) as address:
        assert posted(address, json.dumps(vars(ALERT)).encode()) == 202
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=5) as answer:
            assert answer.status == 200


MANIFEST = Manifest(
    audience="win_back",
    description="An offer to come back.",
    owner="us",
    channel="email",
    condition="true",
    source="files",
    as_of_date=date(2026, 7, 1),
    hold_out_share=0.1,
    counts={"exported": 3},
    has_personal_columns=False,
    exported_at=datetime(2026, 7, 1, tzinfo=UTC),
    folder="audiences/files/win_back/2026-07-01_1",
)


def test_a_manifest_of_an_audience_goes_its_own_way(relay: str, told: list[dict]) -> None:
    sent = MANIFEST.model_dump(mode="json")
    assert posted(f"{relay}audiences", json.dumps(sent).encode()) == 202
    assert eventually(lambda: told)
    assert told == [sent]
    assert posted(f"{relay}audiences", json.dumps(sent | {"customers": ["C1"]}).encode()) == 400
    assert posted(f"{relay}audiences", json.dumps(vars(ALERT)).encode()) == 400
    assert posted(relay, json.dumps(sent).encode()) == 400
