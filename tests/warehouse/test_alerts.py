"""Alerts: what is written, what is left out, and how the webhook's faults are borne."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from warehouse.alerts.alert import Alert, alerts_file, last_alert, raise_alert, words_of
from warehouse.alerts.webhook import Patience, deliver
from warehouse.base.errors import DbtFailed, GateFailed, LandingError, WarehouseBusy
from warehouse.base.settings import Settings

QUICK = Patience(attempts=2, answer_seconds=0.3, pause_seconds=0.01, total_seconds=2)
ALERT = Alert("failed", "ingest_sources", "load", "orders.csv cannot be read.", "Mend it.", source="files")
SECRET = "f3c9-secret"


class Receiver:
    """A web server on this machine that takes alerts as it is told to.

    Parameters
    ----------
    answers
        Status codes, one for each request and the last for all that follow; 0: no answer at all.
    """

    def __init__(self, *answers: int) -> None:
        self.answers, self.received = list(answers), []
        receiver, self.over = self, threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append((self.path, json.loads(body)))
                status = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                if status == 0:
                    receiver.over.wait(30)
                    return
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", f"{receiver.address}/elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver(request: pytest.FixtureRequest) -> Iterator[Receiver]:
    found = Receiver(*request.param)
    yield found
    found.close()


def lines(settings: Settings) -> list[dict[str, Any]]:
    return [json.loads(line) for line in alerts_file(settings).read_text(encoding="utf-8").splitlines()]


def test_an_alert_is_one_line_with_all_that_a_person_needs(settings: Settings) -> None:
    raise_alert(settings, ALERT)
    raise_alert(settings, Alert("warning", "build_marts", "check_marts", "line one\nline two"))
    first, second = lines(settings)
    assert set(first) == {
        "kind", "dag", "task", "message", "what_to_do", "source", "as_of_date", "run_id", "airflow_run", "link", "when",
    }  # fmt: skip
    assert (first["source"], first["what_to_do"]) == ("files", "Mend it.")
    assert second["message"] == "line one line two"


def test_the_last_alert_is_found_behind_a_line_cut_off(settings: Settings) -> None:
    assert last_alert(settings) is None
    raise_alert(settings, ALERT)
    with alerts_file(settings).open("a") as file:
        file.write('{"kind": "fai')
    assert last_alert(settings) == ALERT
    assert "ingest_sources.load (files as of the newest day): orders.csv cannot be read." in ALERT.in_words()


def test_addresses_of_people_are_masked(settings: Settings) -> None:
    raise_alert(settings, Alert("failed", "d", "t", "no row for ada.l+x@mail.example.com, 'bo@b.org'"))
    assert lines(settings)[0]["message"] == "no row for (e-mail address), '(e-mail address)'"


def test_only_words_meant_for_people_are_told() -> None:
    assert words_of(LandingError("a.csv is empty.", "Look.")) == ("a.csv is empty.", "Look.")
    assert "Ada" not in " ".join(words_of(ValueError("could not convert 'Ada Lovelace'")))
    assert words_of(ValueError("x"))[0].startswith("ValueError")
    message, _ = words_of(DbtFailed("dbt stopped: 1 of 9 failed.\nfct_orders: cannot convert 'Ada'", "Mend."))
    assert message == "dbt stopped: 1 of 9 failed."
    assert "without a word" in words_of(None)[0]


def test_a_failed_gate_names_rules_and_first_steps_without_what_was_found() -> None:
    rule = (
        "  - raw.orders.order_id – is there\n    found: 1 row: ada@mail.example\n    first step: Read the quarantine."
    )
    message, what_to_do = words_of(GateFailed(f"Gate raw of files stops the run.\n{rule}", "Take the steps above."))
    assert message == "Gate raw of files stops the run. raw.orders.order_id – is there"
    assert what_to_do == "Read the quarantine."


@pytest.mark.parametrize("receiver", [(200,)], indirect=True)
def test_the_webhook_gets_the_line_that_is_written(settings: Settings, receiver: Receiver) -> None:
    given = settings.model_copy(
        update={"alert_webhook_url": Settings(alert_webhook_url=receiver.address).alert_webhook_url}
    )
    raise_alert(given, ALERT)
    assert receiver.received == [("", lines(settings)[0])] or receiver.received == [("/", lines(settings)[0])]


@pytest.mark.parametrize("receiver", [(500, 503, 204)], indirect=True)
def test_a_webhook_that_fails_at_first_is_asked_again(receiver: Receiver) -> None:
    assert deliver(receiver.address, {"a": 1}, Patience(attempts=3, answer_seconds=2, pause_seconds=0.01)) is None
    assert len(receiver.received) == 3


@pytest.mark.parametrize(
    ("receiver", "words"),
    [((500,), "it answered 500"), ((302,), "it answered 302"), ((0,), "no answer within")],
    indirect=["receiver"],
)
def test_a_webhook_that_refuses_redirects_or_hangs_is_left_after_a_while(receiver: Receiver, words: str) -> None:
    began = time.monotonic()
    assert words in (deliver(f"{receiver.address}/{SECRET}", {"a": 1}, QUICK) or "")
    assert time.monotonic() - began < 5
    assert len(receiver.received) == 2
    assert {path for path, _ in receiver.received} == {f"/{SECRET}"}


def test_an_answer_that_trickles_in_holds_nothing_up() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            connection, _ = server.accept()
            with connection:
                for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 60:
                    connection.send(bytes([byte]))
                    time.sleep(0.1)

        threading.Thread(target=trickle, daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        began = time.monotonic()
        reason = deliver(address, {}, Patience(attempts=1, answer_seconds=1, total_seconds=1.5))
        assert reason == "no answer within 1.5 s"
        assert time.monotonic() - began < 4


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "file:///etc/passwd", "http://[", "x"])
def test_no_fault_of_the_webhook_is_raised_or_tells_the_address(
    settings: Settings, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    given = Settings(home=settings.home, alert_webhook_url=address + SECRET)
    with caplog.at_level(logging.INFO):
        raise_alert(given, ALERT)
    assert "webhook" in caplog.text
    assert SECRET not in caplog.text + repr(given) + str(given.model_dump()) + alerts_file(given).read_text()
    assert last_alert(given) == ALERT


def test_a_log_that_cannot_be_written_stops_nobody(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.home.mkdir(parents=True)
    settings.logs_folder.write_text("a file stands where the folder should be")
    raise_alert(settings, ALERT)
    assert "could not be written" in caplog.text
    assert words_of(WarehouseBusy("x is held by another process: process id 7"))[0].endswith("process id 7")
