"""Fetching from a real PostgreSQL: types, snapshots, refusals, and what becomes of a broken connection."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from own_source import SOURCE, Kiosk

from tests.certificates import make_certificates
from tests.server.native_server import HOST, free_port, postgres_programs
from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings
from warehouse.loading.ingest import ingest_source

pytestmark = [
    pytest.mark.campaign,
    pytest.mark.skipif(postgres_programs() is None, reason="no PostgreSQL server programs (initdb, postgres)"),
]
PASSWORD = "pa55 of the reader"
SCHEMA = """
    create table sales (
        order_id integer, customer_id text, ordered_at timestamptz, order_amount numeric(12, 2),
        tags text[], extra jsonb, updated_at timestamptz
    );
    create function take() returns setof sales language sql security definer as 'delete from sales returning *';
    create role reader login password 'pa55 of the reader';
    grant select on sales to reader;
"""
SELL = (
    "insert into sales select i, 'c' || i %% 7, '2024-05-01 12:00:00+02', i * 1.10, array['x'], '{\"a\": 1.10}', "
    "timestamptz '2024-06-01' + i * interval '1 second' from generate_series(%s, %s) as s(i)"
)
BY_CURSOR = "fetch: [{file: orders, table: public.sales, cursor: updated_at, overlap: 5}]"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A PostgreSQL cluster of its own that wants passwords."""
    programs = postgres_programs()
    assert programs is not None
    folder, port = Path(tempfile.mkdtemp(prefix="clientele-pg-")), free_port()
    folder.chmod(0o755)
    data, password = folder / "data", folder / "password"
    data.mkdir()
    password.write_text("owner")
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    for path in (data, password) if user else ():
        shutil.chown(path, "postgres", "postgres")
    make = [str(programs / "initdb"), f"--pgdata={data}", "--username=owner", f"--pwfile={password}"]
    make += ["--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
    subprocess.run(make, check=True, capture_output=True, **user)
    options = [f"-clisten_addresses={HOST}", f"-cport={port}", f"-cunix_socket_directories={data}", "-cfsync=off"]
    server = subprocess.Popen(
        [str(programs / "postgres"), "-D", str(data), *options], stderr=subprocess.DEVNULL, **user
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.send_signal(signal.SIGINT)  # ends connections, too
        server.wait(30)
        shutil.rmtree(folder)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            owner(port).close()
            return
        except psycopg2.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def owner(port: int) -> psycopg2.extensions.connection:
    connection = psycopg2.connect(host=HOST, port=port, user="owner", password="owner", dbname="postgres")
    connection.autocommit = True
    return connection


@dataclass(frozen=True)
class Shop:
    """A table of sales, and a source that reads it as a user who may only read."""

    settings: Settings
    folder: Path
    port: int
    cursor: psycopg2.extensions.cursor

    def execute(self, *statement: Any) -> None:
        self.cursor.execute(*statement)

    def source(self, fetch: str) -> Kiosk:
        place = self.folder / "sources" / SOURCE
        place.mkdir(parents=True, exist_ok=True)
        address = f"postgresql://{HOST}:{self.port}/postgres"
        (place / "source.yml").write_text(
            f"description: a shop\nform: contract\nplaces:\n  shop:\n    address: {address}\n    {fetch}\n"
        )
        return Kiosk(self.settings.model_copy(update={"sources_folder": self.folder / "sources"}), self.folder)


@pytest.fixture
def shop(settings: Settings, tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """An empty table, and the reader's credentials in the environment."""
    monkeypatch.setenv("CLIENTELE_PLACE_SHOP_USER", "reader")
    monkeypatch.setenv("CLIENTELE_PLACE_SHOP_PASSWORD", PASSWORD)
    connection = owner(port)
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        yield Shop(settings, tmp_path, port, cursor)
        cursor.execute("drop table sales cascade")
        cursor.execute("drop role reader")
    connection.close()


def refusal(kiosk: Kiosk) -> str:
    with pytest.raises(LandingError) as refused:
        ingest_source(kiosk.settings, SOURCE)
    assert PASSWORD not in str(refused.value)
    return refused.value.message


def test_types_come_as_text_and_what_is_new_is_fetched_once(shop: Shop) -> None:
    shop.execute(SELL, (1, 100))
    kiosk = shop.source(BY_CURSOR)
    assert ingest_source(kiosk.settings, SOURCE).rows_loaded == 100
    assert ingest_source(kiosk.settings, SOURCE).rows_loaded == 0
    shop.execute(SELL, (101, 103))
    shop.execute("update sales set order_amount = 7, updated_at = '2024-07-01' where order_id = 1")
    assert ingest_source(kiosk.settings, SOURCE).rows_loaded == 4
    held = kiosk.newest("orders", "order_id", "order_id, ordered_at::varchar, order_amount::varchar")
    assert held[0] == ("1", "2024-05-01 10:00:00", "7.0000000000")
    assert len(held) == 103
    kept = b"".join(path.read_bytes() for path in kiosk.settings.home.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in kept


def test_all_tables_are_of_one_moment(shop: Shop) -> None:
    """What another session commits while the first table is read is not in the second."""
    shop.execute(SELL, (1, 3))
    pause = "select order_id, customer_id, ordered_at from sales, pg_sleep(1)"
    items = "select order_id || '/1' as order_item_id, order_id, 1 as quantity, 1 as line_amount from sales"
    fetch = f'fetch: [{{file: orders, query: "{pause}"}}, {{file: order_items, query: "{items}"}}]'
    kiosk = shop.source(fetch)
    seller = threading.Timer(0.5, shop.execute, (SELL, (4, 9)))
    seller.start()
    report = ingest_source(kiosk.settings, SOURCE)
    seller.join()
    assert {load.table_name: load.rows_loaded for load in report.loads} == {"orders": 3, "order_items": 3}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("select * from nothing", 'relation "nothing" does not exist'),
        ("select pg_sleep(9), 1 as order_id", "canceling statement due to statement timeout"),
        ("select nextval('pg_temp.x')", "cannot be read"),
        ("delete from sales returning *", "syntax error"),
        ("with gone as (delete from sales returning *) select * from gone", "must be at the top level"),
        ("select * from take()", "cannot execute DELETE in a read-only transaction"),
    ],
)
def test_what_the_server_refuses_is_told_in_its_words(shop: Shop, query: str, words: str) -> None:
    kiosk = shop.source(f'seconds_maximum: 1\n    fetch: [{{file: orders, query: "{query}"}}]')
    assert words in refusal(kiosk)
    assert list(kiosk.settings.landing_of(SOURCE).iterdir()) == []


def test_a_wrong_password_is_told_and_not_repeated(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    kiosk = shop.source(BY_CURSOR)
    monkeypatch.setenv("CLIENTELE_PLACE_SHOP_PASSWORD", "no-such-password")
    words = refusal(kiosk)
    assert 'password authentication failed for user "reader"' in words
    assert "no-such-password" not in words


def test_a_server_is_trusted_if_the_place_says_who_vouches_for_it(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = make_certificates(tmp_path)
    shop.execute("show data_directory")
    data = Path(shop.cursor.fetchall()[0][0])
    for path in (certificates.server, certificates.server_key):
        copied = shutil.copy(path, data)
        shutil.chown(copied, data.owner(), data.group())
    monkeypatch.setenv("CLIENTELE_PLACE_SHOP_CA_FILE", str(certificates.authority))
    shop.execute(SELL, (1, 3))
    kiosk = shop.source(BY_CURSOR)
    assert "server does not support SSL, but SSL was required" in refusal(kiosk)
    try:
        for setting in ("ssl = on", "ssl_cert_file = 'server.pem'", "ssl_key_file = 'server.key'"):
            shop.execute(f"alter system set {setting}")
        shop.execute("select pg_reload_conf()")
        time.sleep(1)
        assert ingest_source(kiosk.settings, SOURCE).rows_loaded == 3
        monkeypatch.setenv("CLIENTELE_PLACE_SHOP_CA_FILE", str(make_certificates(tmp_path).authority))  # another one
        assert "certificate verify failed" in refusal(kiosk)
    finally:
        shop.execute("alter system reset all")
        shop.execute("select pg_reload_conf()")


def test_a_connection_that_breaks_half_way_loses_and_doubles_nothing(shop: Shop) -> None:
    """The server ends the session while rows are under way, once at each of several moments."""
    shop.execute(SELL, (1, 60_000))
    kiosk = shop.source(BY_CURSOR)
    broken = 0
    for wait_seconds in (0.02, 0.1, 0.3):
        ender = threading.Thread(target=_end_session, args=(shop.port, wait_seconds))
        ender.start()
        try:
            ingest_source(kiosk.settings, SOURCE)
        except LandingError as refused:
            broken += 1
            assert "cannot be read" in refused.message
            assert list(kiosk.settings.landing_of(SOURCE).iterdir()) == []
        ender.join()
    assert broken == 3
    ingest_source(kiosk.settings, SOURCE)
    counts = kiosk.rows("select count(*), count(distinct order_id), sum(order_amount)::varchar from raw.orders")
    assert counts == [(60_000, 60_000, f"{60_000 * 60_001 * 11 // 20}.0000000000")]


def _end_session(port: int, wait_seconds: float) -> None:
    """End the reader's session a little after it began."""
    connection = owner(port)
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute("select pid from pg_stat_activity where usename = 'reader'")
            if found := cursor.fetchall():
                time.sleep(wait_seconds)
                cursor.execute("select pg_terminate_backend(%s)", found[0])
                break
            time.sleep(0.01)
    connection.close()
