"""Erasing a person: nothing of them is left, nothing else is touched, and the books stay whole."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.warehouse.privacy.shop_with_people import (
    CANARIES,
    PERSON,
    SECOND_ACCOUNT,
    SOURCE,
    found_in_home,
    publish_marts,
    write_shop,
)
from warehouse.base.connections import open_build_file, open_duckdb
from warehouse.base.erasure_lock import erasure_lock
from warehouse.base.errors import ErasureIncomplete, PublishError, SettingsError, WarehouseBusy
from warehouse.base.settings import Settings
from warehouse.erasure.erase import erase
from warehouse.erasure.proof import search_home
from warehouse.loading.ingest import ingest_source
from warehouse.privacy.subject import find_subject, notes_folder
from warehouse.privacy.suppression import suppress
from warehouse.source_definitions.folders import load_source

MONEY = "select count(*), sum(order_amount) from raw.orders"


def query(settings: Settings, sql: str) -> list[tuple]:
    with open_build_file(settings, SOURCE, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def _reader(path: Path) -> subprocess.Popen:
    """Another process that opens a file, says so, and counts customers when it is asked to."""
    code = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); c.execute('from quality.pipeline_runs');"
        "print('open', flush=True); input(); print(c.execute('select count(*) from marts.dim_customers').fetchone()[0])"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", code, str(path)], **pipes)


def test_nothing_of_the_person_is_left_and_it_is_proved(loaded: Settings) -> None:
    assert len(found_in_home(loaded)) >= 4
    (loaded.logs_folder).mkdir(parents=True)
    (loaded.logs_folder / "some.log").write_text(f"scored {PERSON}, wrote to ZEBULON.QUUX@canary.example\nfine\n")
    report = erase(loaded, SOURCE, SECOND_ACCOUNT, "ada", "asked by letter")
    assert found_in_home(loaded) == {}
    assert (loaded.logs_folder / "some.log").read_text() == "scored [erased], wrote to [erased]\nfine\n"
    assert report.search.occurrences == 0
    assert report.search.counts["landed_records"] > 0
    assert not list(notes_folder(loaded).iterdir())
    [row] = query(
        loaded, "select erased_by, reason, account_count, found_count, searched_file_count from quality.erasures"
    )
    assert row[:4] == ("ada", "asked by letter", 2, 0)
    assert row[4] >= 6


def test_the_search_tells_each_column_in_which_the_person_stands(loaded: Settings) -> None:
    with open_build_file(loaded, SOURCE, read_only=True) as connection:
        subject = find_subject(connection, SOURCE, PERSON, "")
    search = search_home(loaded, load_source(loaded, SOURCE), subject, suppress(loaded, SOURCE, []))
    tables = {place.partition(" ")[2]: count for place, count in search.found.items() if ".duckdb raw." in place}
    assert tables == {
        "raw.customers.customer_id": 2,
        "raw.customers.email": 2,
        "raw.customers.phone": 1,
        "raw.customers.street_address": 1,
        "raw.orders.customer_id": 2,
        "raw.feedback.customer_id": 1,
        "raw.feedback.feedback_text": 1,  # the review without a customer goes with its order
        "raw.subscriptions.customer_id": 1,
        "raw.events.customer_id": 1,
        "raw.campaign_touches.customer_id": 1,
    }


def test_everything_else_stays_byte_for_byte(erased: Settings) -> None:
    landing = erased.landing_of(SOURCE)
    customers = (landing / "customers.csv").read_bytes()
    assert customers == (
        b"\xef\xbb\xbfcustomer_id,registered_at,first_name,last_name,email,phone,street_address,has_marketing_consent\r\n"
        b'K-000001x,2024-01-01 00:00:00,Anna,"O""Hara, Jr.",anna@example.com,+49 555 1,Weg 1,true\r\n'
        b"\r\n"
        b'K-000002x,2024-01-03 00:00:00,Zo\xc3\xab,"line\nbreak",zoe@example.com,,,false\r\n'
        b"K-000003x,2024-01-05 00:00:00,Bo,Li,,,,\r\n"
    )
    assert (landing / "orders.csv").read_text() == (
        "order_id,customer_id,ordered_at,order_amount\n1,K-000001x,2024-02-01,10.00\n2,,2024-02-02,20.50\n"
        "3,,2024-03-02,30.00\n4,,2024-03-03,40.00\n5,,no date,50.00\n6,K-000002x,2024-04-01,60.00\n"
    )
    feedback = "feedback_id;customer_id;given_at;rating;feedback_text\n2;K-000001x;2024-03-01;5;“fine”\n"
    assert (landing / "feedback.csv").read_bytes() == feedback.encode("cp1252")
    assert (landing / "feedback_reviews.csv").read_text() == (
        "feedback_id,order_id,given_at,rating,feedback_text\nr2,1,2024-03-05,5,The right one was not\n"
    )
    for name in ("subscriptions", "subscription_changes"):
        text = (landing / f"{name}.csv").read_text()
        assert [line.split(",")[0] for line in text.splitlines()] == ["subscription_id", "annual-1"]
    assert gzip.decompress((landing / "campaign_touches.csv.gz").read_bytes()).decode() == (
        "campaign_id,customer_id,touched_at,is_control\nA,K-000001x,2024-02-01,no\n"
    )
    assert pq.read_table(landing / "events.parquet").to_pydict()["customer_id"] == ["K-000002x", None]


def test_revenue_reconciles_and_rows_balance(erased: Settings, loaded_home: Path) -> None:
    before = query(erased.model_copy(update={"home": loaded_home}), MONEY)
    assert query(erased, MONEY) == before == [(5, Decimal("160.50"))]
    assert query(erased, "select order_id from raw.orders where customer_id is null order by 1") == [
        ("2",),
        ("3",),
        ("4",),
    ]
    assert not query(
        erased,
        "select * from quality.file_loads where rows_read <> rows_loaded + rows_quarantined + rows_already_loaded",
    )
    assert not query(
        erased,
        "select table_name from quality.file_loads as f where rows_quarantined <> "
        "(select count(*) from quality.quarantined_rows as q where q.load_id = f.load_id)",
    )
    loaded = dict(query(erased, "select table_name, sum(rows_loaded) from quality.file_loads group by all"))
    tables = ("customers", "orders", "events", "feedback", "campaign_touches", "subscriptions", "subscription_changes")
    for table in tables:
        assert query(erased, f"select count(*) from raw.{table}") == [(loaded[table],)]
    emptied = query(erased, "select reason, row_content from quality.quarantined_rows")
    assert emptied == [("erased on request", "{}")] * 2


def test_rewritten_files_are_known_and_an_old_export_does_not_bring_the_person_back(
    erased: Settings, tmp_path: Path
) -> None:
    assert len(ingest_source(erased, SOURCE).known_files) == 8
    before = query(erased, "select * exclude (_load_id, _loaded_at) from raw.orders order by order_id")
    old = write_shop(tmp_path / "old")
    for name in ("customers", "orders"):
        shutil.copy(old / f"{name}.csv", erased.landing_of(SOURCE) / f"{name}_again.csv")
    report = ingest_source(erased, SOURCE)
    assert [load.rows_loaded for load in report.loads] == [0, 0]  # what is left of them is known
    assert query(erased, "select * exclude (_load_id, _loaded_at) from raw.orders order by order_id") == before
    assert query(
        erased, "select file_name, rows_erased, orders_made_anonymous from quality.relanded_rows order by 1"
    ) == [
        ("customers_again.csv", 3, 0),
        ("orders_again.csv", 0, 3),
    ]
    assert found_in_home(erased, CANARIES[:2]) == {}


def test_a_known_order_that_changed_meanwhile_comes_back_as_nobodys(erased: Settings) -> None:
    newer = f"order_id,customer_id,ordered_at,order_amount\n2,{PERSON},2024-02-02,20.50\n9,{PERSON},2024-04-02,9.00\n"
    (erased.landing_of(SOURCE) / "orders_newer.csv").write_text(newer)
    [load] = ingest_source(erased, SOURCE).loads
    assert (load.rows_read, load.rows_loaded, load.rows_already_loaded) == (2, 1, 1)
    assert query(erased, "select customer_id from raw.orders where order_id = '9'") == [(None,)]


def test_all_published_versions_are_rewritten_and_readers_keep_theirs(loaded: Settings) -> None:
    publish_marts(loaded)
    live = publish_marts(loaded)
    with _reader(loaded.published_file) as reader:
        assert reader.stdout.readline() == "open\n"
        report = erase(loaded, SOURCE, PERSON, "ada")
        assert reader.communicate("\n")[0] == "5\n"
    assert report.counts["versions_rewritten"] == 2
    assert found_in_home(loaded) == {}
    with open_duckdb(loaded.published_file, loaded, read_only=True) as connection:
        assert connection.execute("select count(*) from marts.dim_customers").fetchone() == (3,)
        assert connection.execute(
            "select count(*), sum(net_amount) from marts.fct_orders where is_guest"
        ).fetchone() == (
            3,
            Decimal("90.50"),
        )
        [(version,)] = connection.execute(
            "select published_version from quality.pipeline_runs where status = 'live'"
        ).fetchall()
        parquet = loaded.published_folder / "parquet" / "marts" / "dim_customers.parquet"
        assert connection.execute("select count(*) from read_parquet(?)", [str(parquet)]).fetchone() == (3,)
    assert version == live.version
    publish_marts(loaded)


def test_a_person_who_came_back_is_not_published(erased: Settings) -> None:
    with open_build_file(erased, SOURCE) as connection:
        connection.execute(
            "insert into scores.customer_churn (customer_id, as_of_date, status, model_name, scored_at) "
            "values (?, '2024-05-01', 'scored', 'm', '2024-05-01')",
            [PERSON],
        )
    with pytest.raises(PublishError, match="erased person"):
        publish_marts(erased)


def test_a_second_time_finds_nothing_to_do(erased: Settings) -> None:
    report = erase(erased, SOURCE, PERSON, "ada")
    assert report.counts.total() == 0
    assert report.search.occurrences == 0


def test_what_is_left_is_told_and_not_called_erased(loaded: Settings) -> None:
    (loaded.home / "notes").mkdir()
    (loaded.home / "notes" / "call.bin").write_bytes(b"call zebulon.quux@canary.example")
    with pytest.raises(ErasureIncomplete, match=r"notes/call\.bin: 1"):
        erase(loaded, SOURCE, PERSON, "ada")
    (loaded.home / "notes" / "call.bin").unlink()
    assert erase(loaded, SOURCE, PERSON, "ada").search.occurrences == 0


def test_refusals(loaded: Settings) -> None:
    with pytest.raises(SettingsError, match="no customer with this id"):
        erase(loaded, SOURCE, "nobody", "ada")
    with pytest.raises(SettingsError, match="names the person"):
        erase(loaded, SOURCE, PERSON, "ada", "letter of zebulon.quux@canary.example")
    with open_duckdb(loaded.build_file(SOURCE), loaded, read_only=True):
        pass
    assert query(loaded, "select count(*) from quality.erasures") == [(0,)]


def test_nobody_opens_the_build_file_meanwhile(loaded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with erasure_lock(loaded):
        query(loaded, "select 1")  # the process that erases may
        monkeypatch.setattr("warehouse.base.erasure_lock.os.getpid", lambda: 1)
        with pytest.raises(WarehouseBusy, match="being erased"):
            query(loaded, "select 1")
    query(loaded, "select 1")


def test_the_secret_must_be_the_same(erased: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENTELE_PRIVACY_SECRET", "another secret that is long enough, surely")
    with pytest.raises(SettingsError, match="another secret"):
        ingest_source(erased, SOURCE)
    monkeypatch.setenv("CLIENTELE_PRIVACY_SECRET", "short")
    with pytest.raises(SettingsError, match="shorter"):
        ingest_source(erased, SOURCE)
