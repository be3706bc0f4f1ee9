"""Topics of Kafka and streams of Redis: each record is landed exactly once, and what is none is kept out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from own_source import SOURCE, Kiosk

from tests import queue_servers
from tests.certificates import make_certificates
from tests.queue_servers import Stream, Topic
from warehouse.base.errors import LandingError, SourceError
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.landing.arrival.order import read_order
from warehouse.loading.ingest import ingest_source
from warehouse.places.fetch import fetch_queues
from warehouse.places.queues import queues_waiting
from warehouse.source_definitions.folders import load_source

_NO_REDIS = pytest.mark.skipif(queue_servers.redis_program() is None, reason="no redis-server: apt-get install it")


@pytest.fixture(params=["kafka", pytest.param("redis", marks=_NO_REDIS)])
def queue(request: pytest.FixtureRequest) -> Iterator[Topic | Stream]:
    servers = {"kafka": queue_servers.kafka, "redis": queue_servers.redis}
    with servers[request.param]() as queue:
        yield queue


def order(number: int, amount: str = "1.50", customer: str = "a") -> bytes:
    return (
        f'{{"order_id": {number}, "customer_id": "{customer}", "ordered_at": "2024-05-01 10:00:00",\n'
        f' "order_amount": {amount}}}'
    ).encode()


def kiosk_of(settings: Settings, folder: Path, queue: Topic | Stream, more: str = "", name: str = "bus") -> Kiosk:
    place = folder / "sources" / SOURCE
    place.mkdir(parents=True, exist_ok=True)
    (place / "source.yml").write_text(
        f"description: a bus\nform: contract\nplaces:\n  {name}:\n    address: {queue.address}\n    {more}\n"
        f"    fetch: [{{file: orders, {queue.field}}}]\n"
    )
    return Kiosk(settings.model_copy(update={"sources_folder": folder / "sources"}), folder)


def fetched(kiosk: Kiosk) -> list[str]:
    return list(fetch_queues(kiosk.settings, load_source(kiosk.settings, SOURCE)))


def landed(kiosk: Kiosk) -> list[str]:
    return [arrival.name for arrival in read_order(kiosk.settings.landing_of(SOURCE))[0]]


def in_raw(kiosk: Kiosk) -> list[tuple]:
    return kiosk.newest("orders", "order_id", "order_id::int, order_amount::double")


def test_what_is_new_is_landed_once_and_what_is_no_record_is_kept_out(
    settings: Settings, tmp_path: Path, queue: Topic | Stream
) -> None:
    kiosk = kiosk_of(settings, tmp_path, queue, "rows_maximum: 3")
    queue.send([order(1), order(2, "2.10"), b"{broken", order(3)])
    assert "the rest comes next" in "".join(fetched(kiosk))  # three of four
    fetched(kiosk)
    assert queues_waiting(kiosk.settings, load_source(kiosk.settings, SOURCE)) == {}
    assert fetched(kiosk) == []
    assert len(landed(kiosk)) == 2
    queue.send([order(4), order(1, "9.99")])
    assert [*queues_waiting(kiosk.settings, load_source(kiosk.settings, SOURCE))] == ["bus/orders"]
    report = ingest_source(kiosk.settings, SOURCE)  # a run fetches as well
    assert [load.rows_read for load in report.loads] == [3, 1, 2]
    assert in_raw(kiosk) == [(1, 9.99), (2, 2.1), (3, 1.5), (4, 1.5)]
    assert kiosk.rows("select count(*) from quality.quarantined_rows where reason like '%JSON%'") == [(1,)]


@pytest.mark.campaign
def test_who_forgets_everything_reads_it_again_and_knows_it(
    settings: Settings, tmp_path: Path, queue: Topic | Stream
) -> None:
    kiosk = kiosk_of(settings, tmp_path, queue)
    queue.send([order(1), order(2)])
    ingest_source(kiosk.settings, SOURCE)
    for path in kiosk.settings.landing_of(SOURCE).rglob("*"):
        if path.is_file():
            path.unlink()
    ingest_source(kiosk.settings, SOURCE)
    assert in_raw(kiosk) == [(1, 1.5), (2, 1.5)]
    assert kiosk.rows("select count(*) from raw.orders") == [(2,)]


@pytest.mark.campaign
def test_a_reader_that_is_killed_loses_and_doubles_no_record(
    settings: Settings, tmp_path: Path, queue: Topic | Stream
) -> None:
    """At each third step on files of the landing folder. In a process of its own: Kafka's library stands no forks."""
    kiosk = kiosk_of(settings, tmp_path, queue)
    assert kiosk.settings.sources_folder
    arguments = [kiosk.settings.home, kiosk.settings.sources_folder, queue.address, "3"]
    command = [sys.executable, "-m", "tests.warehouse.killed_readers", *map(str, arguments)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 10


def test_a_queue_that_was_made_anew_is_refused_until_the_place_has_another_name(
    settings: Settings, tmp_path: Path, queue: Topic | Stream
) -> None:
    kiosk = kiosk_of(settings, tmp_path, queue)
    queue.send([order(number) for number in range(3)])
    fetched(kiosk)
    folder = kiosk.settings.landing_of(SOURCE)
    order_file = folder / ".arrivals.jsonl"
    former = order_file.read_text()
    ahead = former.replace("p1_0_2.", "p1_0_99.").replace(_last_of(former), "9999999999999-0.")
    order_file.write_text(ahead)
    with pytest.raises(LandingError, match="it was made anew"):
        fetched(kiosk)
    fetched(kiosk_of(settings, tmp_path, queue, name="bus_2"))
    assert sum(name.startswith("bus_2/") for name in landed(kiosk)) == 1


def _last_of(lines: str) -> str:
    """The id of a stream's last entry in a name, with the point after it; nothing that stands there for a topic."""
    name = lines.split('"name": "')[1].split('"', maxsplit=1)[0].split(".jsonl", maxsplit=1)[0]
    return name.rpartition("_")[2] + "." if "_s_" in name else "nothing"


def test_a_queue_that_does_not_answer_is_told_in_words(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.places.kafka._ANSWER_SECONDS", 0.3)
    nobody = queue_servers.free_port()
    for queue in (Topic(f"kafka://127.0.0.1:{nobody}"), Stream(f"redis://127.0.0.1:{nobody}/0")):
        kiosk = kiosk_of(settings, tmp_path, queue)
        with pytest.raises(LandingError, match=r"bus: .*cannot be read") as told:
            fetched(kiosk)
        assert "CLIENTELE_PLACE_BUS_USER" in told.value.what_to_do


@pytest.mark.parametrize(
    ("address", "field", "words"),
    [
        ("kafka://broker:9092", "stream: a", "is a topic"),
        ("redis://host", "topic: a", "is a stream"),
        ("kafka://broker:9092", "topic: a, cursor: b", "and no more"),
        ("sqlite:///till.db", "topic: a", "only queues have topics"),
        ("kafka://me:secret@broker", "topic: a", "holds a user, password"),
    ],
)
def test_what_no_queue_can_be_asked_is_refused(
    settings: Settings, tmp_path: Path, address: str, field: str, words: str
) -> None:
    kiosk = kiosk_of(settings, tmp_path, Topic(address, field))
    with pytest.raises(SourceError) as told:
        load_source(kiosk.settings, SOURCE)
    assert words in str(told.value)


@pytest.mark.parametrize(
    ("queue", "advice"),
    [(Topic("kafka://broker.example:9092"), "kafkas://"), (Stream("redis://host.example"), "rediss://")],
)
def test_a_password_goes_over_no_open_line(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, queue: Topic | Stream, advice: str
) -> None:
    monkeypatch.setenv("CLIENTELE_PLACE_BUS_USER", "reader")
    monkeypatch.setenv("CLIENTELE_PLACE_BUS_PASSWORD", "pa55")
    with pytest.raises(LandingError) as told:
        fetched(kiosk_of(settings, tmp_path, queue))
    assert advice in told.value.what_to_do and "pa55" not in str(told.value)


@_NO_REDIS
def test_a_server_is_trusted_if_the_place_says_who_vouches_for_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis itself, over TLS, with a password; its certificate is of an authority that this machine does not know."""
    certificates = make_certificates(tmp_path)
    monkeypatch.setenv("CLIENTELE_PLACE_BUS_PASSWORD", "pa55")
    with queue_servers.encrypted_redis(certificates, "pa55") as queue:
        kiosk = kiosk_of(settings, tmp_path, queue, "rows_maximum: 2")
        queue.send([order(1), order(2)])
        with pytest.raises(LandingError, match=r"certificate verify failed"):
            fetched(kiosk)
        monkeypatch.setenv("CLIENTELE_PLACE_BUS_CA_FILE", str(certificates.server_key))
        with pytest.raises(LandingError, match=r"CLIENTELE_PLACE_BUS_CA_FILE names .* holds no certificate"):
            fetched(kiosk)
        monkeypatch.setenv("CLIENTELE_PLACE_BUS_CA_FILE", str(certificates.authority))
        assert "the rest comes next" not in "".join(fetched(kiosk))  # as many as one fetch takes, and no more
        assert queues_waiting(kiosk.settings, load_source(kiosk.settings, SOURCE)) == {}
        ingest_source(kiosk.settings, SOURCE)
    assert in_raw(kiosk) == [(1, 1.5), (2, 1.5)]
