"""Signing in to the embedded Airflow: a password of the home's own, and tokens for who has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.airflow_api import AirflowApi, AirflowUnavailable
from services.environment import AIRFLOW_USER, Addresses, airflow_passwords_file
from services.sign_in import airflow_password, sign_in_link, signed_in
from services.summary import address_lines
from tests.http_servers import serving
from warehouse.base.settings import Settings


def test_the_password_is_made_once_and_is_its_owners_alone(settings: Settings) -> None:
    password = airflow_password(settings)
    assert len(password) == 32
    assert airflow_password(settings) == password
    file = airflow_passwords_file(settings)
    assert json.loads(file.read_text()) == {AIRFLOW_USER: password}
    assert file.stat().st_mode & 0o077 == 0
    other = settings.model_copy(update={"home": settings.home.with_name("other")})
    assert airflow_password(other) != password


@pytest.mark.parametrize("left", ["", "{", "{}", "[]", "null", '{"somebody": "x"}'])
def test_a_damaged_file_is_made_anew(settings: Settings, left: str) -> None:
    file = airflow_passwords_file(settings)
    file.parent.mkdir(parents=True)
    file.write_text(left)
    password = airflow_password(settings)
    assert len(password) == 32
    assert json.loads(file.read_text()) == {AIRFLOW_USER: password}
    assert file.stat().st_mode & 0o077 == 0


def test_the_printed_address_signs_in(settings: Settings) -> None:
    where = Addresses(18080, 15000, 18501, 18600)
    link = sign_in_link(settings, where)
    assert link == f"http://127.0.0.1:18080/sign-in/?token={airflow_password(settings)}"
    assert f"Airflow     {link}" in list(address_lines(settings, where))


class _Airflow(BaseHTTPRequestHandler):
    """Gives a token for the password, answers whoever has the newest token, and forgets it after two answers."""

    password, tokens, answers = "", 0, 0

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if body != {"username": AIRFLOW_USER, "password": _Airflow.password}:
            return self._answer(401, {"detail": "Invalid credentials"})
        _Airflow.tokens += 1
        _Airflow.answers = 0
        return self._answer(201, {"access_token": f"token-{_Airflow.tokens}"})

    def do_GET(self) -> None:
        _Airflow.answers += 1
        is_known = self.headers["Authorization"] == f"Bearer token-{_Airflow.tokens}" and _Airflow.answers <= 2
        self._answer(200 if is_known else 401, {"dags": ["one"]} if is_known else {"detail": "Not authenticated"})

    def _answer(self, status: int, content: dict) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""


@pytest.fixture
def airflow_port(settings: Settings) -> Iterator[int]:
    _Airflow.password, _Airflow.tokens = airflow_password(settings), 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Airflow)
    with serving(server):
        yield server.server_port


def test_the_owner_of_the_home_is_answered_also_when_a_token_has_expired(settings: Settings, airflow_port: int) -> None:
    api = signed_in(settings, Addresses(airflow_port, 1, 1, 1))
    assert [api.dags() for _ in range(5)] == [["one"]] * 5
    assert _Airflow.tokens == 3


def test_without_the_password_nobody_is_answered(airflow_port: int) -> None:
    api = AirflowApi(f"http://127.0.0.1:{airflow_port}", AIRFLOW_USER, "guessed")
    with pytest.raises(AirflowUnavailable, match="401"):
        api.dags()
