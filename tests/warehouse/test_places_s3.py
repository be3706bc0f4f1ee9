"""What a source fetches from an S3-compatible store, which is here a few lines that speak its protocol."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from own_source import SOURCE, Kiosk

from tests.http_servers import serving
from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings
from warehouse.loading.ingest import ingest_source

pytestmark = pytest.mark.campaign
ORDERS = b"order_id,customer_id,ordered_at,order_amount\n%d,a,2024-05-01 10:00:00,1.50\n"
LONG_AGO = datetime(2024, 6, 1, tzinfo=UTC)


class Store(ThreadingHTTPServer):
    """A bucket called shop; `promised` is how many bytes more than there are the store says that an object has."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.promised = 0
        self.signed: list[str] = []
        store = self

        class Clerk(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                store.signed.append(self.headers.get("Authorization", ""))
                parts = urlsplit(self.path)
                if "list-type" in parts.query:
                    self._answer(200, store.listing(parse_qs(parts.query).get("prefix", [""])[0]))
                    return
                content, changed = store.objects.get(unquote(parts.path).removeprefix("/shop/"), (None, LONG_AGO))
                if content is None:
                    self._answer(404, b"")
                    return
                first, _, last = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
                asked = content[int(first) : int(last or len(content)) + 1]
                self._answer(206 if "Range" in self.headers else 200, asked, changed)

            do_HEAD = do_GET  # noqa: N815 - the name that the server looks for

            def _answer(self, status: int, body: bytes, changed: datetime = LONG_AGO) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Last-Modified", format_datetime(changed, usegmt=True))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Clerk)

    def put(self, key: str, number: int, changed: datetime = LONG_AGO) -> None:
        self.objects[key] = (ORDERS % number, changed)

    def listing(self, prefix: str) -> bytes:
        listed = "".join(
            f"<Contents><Key>{key}</Key><Size>{len(content) + self.promised}</Size>"
            f"<LastModified>{changed:%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
            for key, (content, changed) in sorted(self.objects.items())
            if key.startswith(prefix)
        )
        return (
            '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>shop</Name><IsTruncated>false</IsTruncated>{listed}</ListBucketResult>"
        ).encode()


@pytest.fixture
def store() -> Iterator[Store]:
    server = Store()
    with serving(server):
        yield server


@pytest.fixture
def kiosk(settings: Settings, tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> Kiosk:
    monkeypatch.setenv("CLIENTELE_PLACE_LAKE_USER", "key-of-ada")
    monkeypatch.setenv("CLIENTELE_PLACE_LAKE_PASSWORD", "s3cret-of-ada")
    yml = f"""
        description: a bucket
        form: contract
        places:
          lake:
            address: s3://shop/exports
            endpoint: http://127.0.0.1:{store.server_address[1]}
            seconds_maximum: 20
            fetch: [{{objects: "2024/*.csv"}}]
    """
    return Kiosk.create(settings, tmp_path, yml, {})


def loaded(kiosk: Kiosk) -> dict[str, int]:
    return {load.file_name: load.rows_loaded for load in ingest_source(kiosk.settings, SOURCE).loads}


def test_files_that_are_new_or_changed_are_fetched(kiosk: Kiosk, store: Store) -> None:
    store.put("exports/2024/orders_1.csv", 1)
    store.put("exports/2024/.orders_2.csv", 2)  # hidden, as in a folder
    store.put("exports/notes/what.csv", 3)
    assert loaded(kiosk) == {"lake/2024/orders_1.csv": 1}
    assert loaded(kiosk) == {}
    store.put("exports/2024/orders_1.csv", 7, LONG_AGO + timedelta(days=1))
    store.put("exports/2024/orders_9.csv", 9)
    assert list(loaded(kiosk).values()) == [1, 1]
    assert kiosk.rows("select order_id from raw.orders order by 1") == [("1",), ("7",), ("9",)]
    assert all("key-of-ada" in signature for signature in store.signed)
    kept = b"".join(path.read_bytes() for path in kiosk.settings.home.rglob("*") if path.is_file())
    assert b"s3cret-of-ada" not in kept


def test_a_file_that_comes_incomplete_and_a_pattern_that_fits_nothing_are_told(kiosk: Kiosk, store: Store) -> None:
    store.put("exports/2023/orders_1.csv", 1)
    with pytest.raises(LandingError, match=r"no file of s3://shop/exports fits '2024/\*.csv'"):
        ingest_source(kiosk.settings, SOURCE)
    store.put("exports/2024/orders_1.csv", 1)
    store.promised = 10
    with pytest.raises(LandingError, match=r"orders_1\.csv came incomplete"):
        ingest_source(kiosk.settings, SOURCE)
    assert list(kiosk.settings.landing_of(SOURCE).iterdir()) == []
