"""What a source fetches over http: only what changed, whole, and with the password to nobody else."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from own_source import SOURCE, Kiosk

from tests.certificates import make_certificates
from tests.http_servers import serving
from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings
from warehouse.loading.ingest import ingest_source

ORDERS = b"order_id,customer_id,ordered_at,order_amount\n1,a,2024-05-01 10:00:00,1.50\n2,b,2024-05-01 10:00:00,2\n"
Answer = tuple[int, dict[str, str], bytes]


class Shop(ThreadingHTTPServer):
    """Answers each path as it is told; `asked` has the headers of all requests."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[str, Callable[[dict[str, str]], Answer]] = {}
        shop = self

        class Clerk(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                shop.asked.append((self.path, headers))
                status, given, body = shop.answers.get(self.path, lambda _: (404, {}, b""))(headers)
                self.send_response(status)
                for name, value in given.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Clerk)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def gives(self, path: str, body: bytes, status: int = 200, **headers: str) -> None:
        given = {"Content-Length": str(len(body)), **{name.replace("_", "-"): text for name, text in headers.items()}}
        self.answers[path] = lambda _: (status, {name: text for name, text in given.items() if text}, body)


@pytest.fixture
def shop() -> Iterator[Shop]:
    server = Shop()
    with serving(server):
        yield server


@pytest.fixture
def kiosk(settings: Settings, tmp_path: Path, shop: Shop) -> Kiosk:
    yml = f"""
        description: a web shop
        form: contract
        places:
          web:
            address: {shop.address}/exports
            fetch: [{{objects: orders.csv}}]
    """
    return Kiosk.create(settings, tmp_path, yml, {})


def loaded(kiosk: Kiosk) -> list[int]:
    return [load.rows_loaded for load in ingest_source(kiosk.settings, SOURCE).loads]


def refusal(kiosk: Kiosk) -> str:
    with pytest.raises(LandingError) as refused:
        ingest_source(kiosk.settings, SOURCE)
    assert list(kiosk.settings.landing_of(SOURCE).iterdir()) == []
    return str(refused.value)


def test_a_file_is_fetched_again_when_it_changed(kiosk: Kiosk, shop: Shop) -> None:
    def answer(headers: dict[str, str]) -> Answer:
        if headers.get("if-none-match") == '"1"':
            return 304, {}, b""
        return 200, {"Content-Length": str(len(ORDERS)), "ETag": '"1"'}, ORDERS

    shop.answers["/exports/orders.csv"] = answer
    assert [loaded(kiosk), loaded(kiosk)] == [[2], []]
    shop.gives("/exports/orders.csv", ORDERS + b"3,c,2024-05-02,3\n", ETag='"2"')
    assert loaded(kiosk) == [1]


def test_a_file_that_comes_incomplete_is_not_landed(kiosk: Kiosk, shop: Shop) -> None:
    shop.gives("/exports/orders.csv", ORDERS, Content_Length=str(len(ORDERS) + 10))
    assert f"web: orders.csv came incomplete: {len(ORDERS)} of {len(ORDERS) + 10} bytes" in refusal(kiosk)
    shop.gives("/exports/orders.csv", ORDERS)
    assert loaded(kiosk) == [2]


def test_a_file_whose_length_is_not_said_is_refused(kiosk: Kiosk, shop: Shop) -> None:
    shop.gives("/exports/orders.csv", ORDERS, Content_Length="")
    assert "does not say how long the file is" in refusal(kiosk)


def test_no_file_and_no_server_are_told_in_words(kiosk: Kiosk, shop: Shop) -> None:
    assert "/exports/orders.csv is not given: the server answers 404 (Not Found)" in refusal(kiosk)
    shop.shutdown()
    shop.server_close()
    assert "cannot be read: <urlopen error [Errno 111] Connection refused>" in refusal(kiosk)


def test_a_password_goes_to_the_server_and_not_where_it_leads(
    kiosk: Kiosk, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIENTELE_PLACE_WEB_USER", "ada")
    monkeypatch.setenv("CLIENTELE_PLACE_WEB_PASSWORD", "s3cret")
    shop.gives("/exports/orders.csv", b"", 302, Location=f"{shop.address}/elsewhere")
    shop.gives("/elsewhere", ORDERS)
    report = ingest_source(kiosk.settings, SOURCE)
    assert report.rows_loaded == 2
    given = [headers.get("authorization") for _, headers in shop.asked]
    assert given == ["Basic YWRhOnMzY3JldA==", None]
    kept = b"".join(path.read_bytes() for path in kiosk.settings.home.rglob("*") if path.is_file())
    assert b"s3cret" not in kept + "\n".join(report.lines()).encode()


def test_a_server_that_leads_to_a_file_is_refused(kiosk: Kiosk, shop: Shop) -> None:
    shop.gives("/exports/orders.csv", b"", 302, Location="ftp://127.0.0.1/etc/passwd")
    assert "leads to ftp://127.0.0.1/etc/passwd" in refusal(kiosk)


def test_a_password_does_not_go_over_an_open_line(
    kiosk: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIENTELE_PLACE_WEB_PASSWORD", "s3cret")
    yml = tmp_path / "sources" / SOURCE / "source.yml"
    yml.write_text(yml.read_text().replace("http://127.0.0.1", "http://shop.example"))
    words = refusal(kiosk)
    assert "is not encrypted: a password would go over an open line" in words
    assert "s3cret" not in words


def test_a_server_is_trusted_if_the_place_says_who_vouches_for_it(
    kiosk: Kiosk, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = make_certificates(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.server, certificates.server_key)
    shop.socket = context.wrap_socket(shop.socket, server_side=True)
    shop.gives("/exports/orders.csv", ORDERS)
    sources = kiosk.settings.sources_folder
    assert sources
    text = sources / SOURCE / "source.yml"
    text.write_text(text.read_text().replace("http:", "https:"))
    assert "certificate verify failed" in refusal(kiosk)
    monkeypatch.setenv("CLIENTELE_PLACE_WEB_CA_FILE", str(tmp_path / "nothing.pem"))
    assert "nothing.pem, which cannot be used: No such file" in refusal(kiosk)
    monkeypatch.setenv("CLIENTELE_PLACE_WEB_CA_FILE", str(certificates.authority))
    assert loaded(kiosk) == [2]
