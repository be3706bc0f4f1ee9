"""How a run from the front door ends: with a summary, or with what failed and what stands."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from services import embedded, pipeline
from services.airflow_api import AirflowApi
from services.follow import Follower
from services.pipeline import PipelineFailed, Request
from services.users import ask_to_stay_up, no_longer_stay_up
from tests.warehouse.small_warehouse import published_run
from warehouse.base.settings import Settings


@pytest.fixture
def without_airflow(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nothing is started or stopped; what would be stopped is noted."""
    stopped: list[str] = []
    monkeypatch.setattr(pipeline, "land", lambda *_: None)
    monkeypatch.setattr(pipeline, "up", lambda *_, **__: None)
    monkeypatch.setattr(embedded, "stop", lambda _, parts: stopped.extend(parts))
    monkeypatch.setattr(embedded, "end_orphans", lambda *_: None)
    monkeypatch.setattr(AirflowApi, "trigger", lambda *_: "run")
    return stopped


def test_a_run_ends_with_the_summary(
    settings: Settings, without_airflow: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Follower, "follow", lambda *_: {})
    monkeypatch.setattr(pipeline, "summary_lines", lambda _: ["files as of 2024-01-01: 2 customers"])
    said: list[str] = []
    pipeline.run(settings, Request(source="files"), said.append)
    assert "files as of 2024-01-01: 2 customers" in said
    assert str(settings.published_file) in said[-1]
    assert without_airflow


def test_a_run_that_fails_says_what_stands(
    settings: Settings, without_airflow: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    version = published_run(settings, 2).version

    def fail(_: Follower, __: str) -> None:
        raise PipelineFailed("Gate marts failed.", "Look at it.")

    monkeypatch.setattr(Follower, "follow", fail)
    with pytest.raises(PipelineFailed) as failure:
        pipeline.run(settings, Request(source="files"), lambda _: None)
    assert "Gate marts failed.\n  What to do: Look at it.\n\nWhat was published before stands: " in str(failure.value)
    assert version in str(failure.value)
    assert without_airflow, "what was started is stopped all the same"


def test_a_run_ended_by_the_person_ends_in_airflow_too(
    settings: Settings, without_airflow: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: Follower, __: str) -> None:
        raise KeyboardInterrupt

    ended: list[str] = []
    monkeypatch.setattr(Follower, "follow", interrupted)
    monkeypatch.setattr(Follower, "end", lambda _, run_id: ended.append(run_id))
    with pytest.raises(KeyboardInterrupt):
        pipeline.run(settings, Request(source="files"), lambda _: None)
    assert ended == ["run"]
    assert without_airflow


def test_a_home_that_cannot_be_made_is_what_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a-file").touch()
    monkeypatch.setattr(pipeline, "land", lambda *_: None)
    with pytest.raises(NotADirectoryError):  # and not that a lock in it is missing
        pipeline.run(Settings(home=tmp_path / "a-file" / "home"), Request(), print)


@pytest.mark.parametrize(("is_full", "words"), [(True, "the disk is full"), (False, "dbt-parse.log")])
def test_a_service_that_cannot_start_says_whether_the_disk_is_full(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, is_full: bool, words: str
) -> None:
    free = 4096 if is_full else 10**9
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    monkeypatch.setattr(embedded, "begin", lambda *_: None)
    monkeypatch.setattr(embedded, "finish", lambda *_: 1)
    with pytest.raises(embedded.StartFailed) as failed:
        embedded.up(settings, print)
    assert words in str(failed.value)


def test_the_last_one_who_needs_the_services_stops_them(
    settings: Settings, without_airflow: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def another_run(_: Follower, __: str) -> dict:
        monkeypatch.setattr(Follower, "follow", lambda *_: {})
        pipeline.run(settings, Request(source="files"), lambda _: None)
        assert without_airflow == [], "the first one still needs them"
        return {}

    monkeypatch.setattr(Follower, "follow", another_run)
    monkeypatch.setattr(pipeline, "summary_lines", lambda _: [])
    pipeline.run(settings, Request(source="files"), lambda _: None)
    assert without_airflow


def test_what_somebody_asked_to_stay_up_stays_up(
    settings: Settings, without_airflow: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def up_meanwhile(_: Follower, __: str) -> dict:
        ask_to_stay_up(settings)
        return {}

    monkeypatch.setattr(Follower, "follow", up_meanwhile)
    monkeypatch.setattr(pipeline, "summary_lines", lambda _: [])
    pipeline.run(settings, Request(source="files"), lambda _: None)
    assert without_airflow == []
    no_longer_stay_up(settings)
    embedded.stop_unused(settings, print)
    assert without_airflow
