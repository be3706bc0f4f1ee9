"""Versions come and go while requests run: none is dropped, and each is answered from one version."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import duckdb
from starlette.testclient import TestClient

from tests.serving.made_versions import make_version
from warehouse.base.connections import DATABASE
from warehouse.base.settings import Settings
from warehouse.publishing.published_versions import folder_of, live_version, remove_version, switch_to

PROBABILITIES = {"first": 0.25, "second": 0.5, "third": 0.75}


def test_publishing_and_rolling_back_drop_no_request(shop: Settings, scorer: TestClient) -> None:
    ended = Event()

    def ask_on() -> list[tuple[int, str, float]]:
        answers = []
        while not ended.is_set():
            answer = scorer.get("/customers/A%2F1")
            told = answer.json()
            answers.append((answer.status_code, told["published_version"], told["churn"]["churn_probability"]))
        return answers

    with ThreadPoolExecutor(3) as askers:
        asking = [askers.submit(ask_on) for _ in range(3)]
        for version in ("second", "third"):
            make_version(shop, version, PROBABILITIES[version])
            wait_for(scorer, version)
        remove_version(shop, "first")
        switch_to(shop, "second")  # as a roll-back does
        wait_for(scorer, "second")
        ended.set()
        answers = [answer for one in asking for answer in one.result()]
    assert {status for status, _, _ in answers} == {200}
    assert {version for _, version, _ in answers} == set(PROBABILITIES)
    assert [answer for answer in answers if answer[2] != PROBABILITIES[answer[1]]] == []


def test_a_file_that_an_erasure_exchanged_is_opened_anew(shop: Settings, scorer: TestClient) -> None:
    """Under the same name: who was erased is not answered for any more."""
    folder = folder_of(shop, "first")
    assert scorer.get("/customers/B").status_code == 200
    copy = folder / "copy.duckdb"
    shutil.copyfile(folder / DATABASE, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("delete from marts.customer_360 where customer_id = 'B'")
    copy.replace(folder / DATABASE)
    deadline = time.monotonic() + 10
    while scorer.get("/customers/B").status_code != 404:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert scorer.get("/customers/A%2F1").json()["published_version"] == "first"


def test_a_version_that_cannot_be_opened_leaves_the_former_one(shop: Settings, scorer: TestClient) -> None:
    folder_of(shop, "broken").mkdir()
    (folder_of(shop, "broken") / "clientele.duckdb").write_bytes(b"no database")
    switch_to(shop, "broken")
    deadline = time.monotonic() + 10
    while 'clientele_versions_failed_total{by="id"} 1' not in scorer.get("/metrics").text:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert live_version(shop) == "broken"
    assert scorer.get("/customers/B").json()["published_version"] == "first"
    make_version(shop, "second")
    wait_for(scorer, "second")


def wait_for(scorer: TestClient, version: str) -> None:
    deadline = time.monotonic() + 10
    while scorer.get("/version").json()["published_version"] != version:
        assert time.monotonic() < deadline
        time.sleep(0.02)
