"""A watched folder: what is complete is landed once, whatever happens; the rest stays."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import pytest

from tests.warehouse.forks import die_at, in_fork, was_killed
from warehouse.arrivals import doorbell
from warehouse.arrivals.doorbell import Doorbell
from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings
from warehouse.landing.arrival.order import read_order
from warehouse.landing.watched_folder import LANDED, REFUSED, land_watched
from warehouse.source_definitions.folders import load_source

SOURCE = "files"
ORDERS = "order_id,customer_id,ordered_at,order_amount\n{0},a,2024-05-01 10:00:00,1.5\n"


def put(settings: Settings, name: str, content: str = ORDERS.format(1)) -> Path:
    path = settings.watched_folder_of(SOURCE) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def land(settings: Settings, wait=lambda _seconds: None) -> list[str]:
    return list(land_watched(settings, load_source(settings, SOURCE), wait))


def landed(settings: Settings) -> list[str]:
    """The names under which contents arrived, each time they did."""
    return [arrival.name for arrival in read_order(settings.landing_of(SOURCE))[0]]


def test_what_is_complete_is_landed_once_and_kept_aside(settings: Settings) -> None:
    assert land(settings) == []  # no folder yet
    put(settings, "orders_1.csv")
    put(settings, "orders_2.csv.part")
    put(settings, ".orders_3.csv")
    put(settings, "orders/day=1/a.csv")
    land(settings)
    assert landed(settings) == ["orders/day=1/a.csv", "orders_1.csv"]
    assert land(settings) == []
    put(settings, "orders_1.csv")  # the same again
    land(settings)
    assert landed(settings) == ["orders/day=1/a.csv", "orders_1.csv"]
    put(settings, "orders_1.csv", ORDERS.format(2))
    land(settings)
    assert landed(settings)[2].startswith("orders_1--")
    aside = settings.watched_folder_of(SOURCE) / LANDED
    assert len([path for path in aside.rglob("*") if path.is_file()]) == 4


def test_a_file_that_still_grows_is_left_alone(settings: Settings) -> None:
    put(settings, "orders_1.csv")
    growing = put(settings, "orders_2.csv")

    def write_on(_seconds: float) -> None:
        growing.write_text(ORDERS.format(2) + "3,b,2024-05-01 11:00:00,2\n")

    land(settings, write_on)
    assert landed(settings) == ["orders_1.csv"]
    land(settings)
    assert landed(settings) == ["orders_1.csv", "orders_2.csv"]


def test_a_refused_file_stops_no_other_and_says_why(settings: Settings) -> None:
    put(settings, "orders_1.csv")
    put(settings, "mystery.csv")
    put(settings, "notes.pdf")
    lines = land(settings)
    assert landed(settings) == ["orders_1.csv"]
    assert len([line for line in lines if line.startswith("WARNING")]) == 2
    aside = settings.watched_folder_of(SOURCE) / REFUSED
    assert {path.name for path in aside.iterdir()} == {
        *("mystery.csv", "mystery.csv.why.txt", "notes.pdf", "notes.pdf.why.txt")
    }
    assert "does not know what this file is" in (aside / "mystery.csv.why.txt").read_text()


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.campaign), 23])
def test_a_process_that_is_killed_loses_and_doubles_no_file(settings: Settings, tmp_path: Path, every: int) -> None:
    put(settings, "orders_1.csv")
    put(settings, "orders_2.csv", ORDERS.format(2))
    kills, killed = 0, True
    for step in count(1, every):
        tried = settings.model_copy(update={"home": tmp_path / f"home-{step}"})
        shutil.copytree(settings.home, tried.home)
        killed = was_killed(in_fork(_land_and_die, tried, step))
        kills += killed
        land(tried)
        assert landed(tried) == ["orders_1.csv", "orders_2.csv"], step
        folder = tried.landing_of(SOURCE)
        assert sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) == landed(tried), step
        assert sorted(path.name for path in (tried.watched_folder_of(SOURCE) / LANDED).iterdir()) == landed(tried)
        if not killed:
            break
    assert kills > (1 if every > 1 else 30)


def _land_and_die(settings: Settings, step: int) -> None:
    die_at(step, str(settings.home))
    land(settings)


def test_the_doorbell_rings_once_for_what_is_complete(settings: Settings) -> None:
    bell = Doorbell(SOURCE)
    assert "live" in bell.rings(settings, lambda: True)  # after each start: something may have been missed
    growing = put(settings, "orders_1.csv")
    assert bell.rings(settings, lambda: True) == ""  # not known yet to be complete
    growing.write_text(ORDERS.format(1) + "2,b,2024-05-01 11:00:00,2\n")
    assert bell.rings(settings, lambda: True) == ""
    assert bell.rings(settings, lambda: True) == "1 files are complete"
    assert bell.rings(settings, lambda: True) == ""
    put(settings, "orders_2.csv")
    bell.rings(settings, lambda: True)
    assert bell.rings(settings, lambda: True) == "2 files are complete"


def test_the_doorbell_rings_for_a_version_at_once_and_when_its_run_has_ended(settings: Settings) -> None:
    bell = Doorbell(SOURCE)
    bell.rings(settings, lambda: True)
    settings.published_folder.mkdir(parents=True)
    (settings.published_folder / "current").symlink_to("versions/1-files")
    assert bell.rings(settings, lambda: False)
    settings.since_file.touch()
    assert bell.rings(settings, lambda: False) == ""  # the run is under way
    assert bell.rings(settings, lambda: True)
    assert bell.rings(settings, lambda: True) == ""


def test_the_doorbell_rings_for_queues_that_go_on_and_asks_them_less_often(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, ends = [1000.0], [{"bus/orders": "7"}]

    def waiting(*_: object) -> dict[str, str]:
        if isinstance(ends[0], str):
            raise LandingError(ends[0])
        return ends[0]

    monkeypatch.setattr(doorbell, "queues_waiting", waiting)
    monkeypatch.setattr(doorbell.time, "monotonic", lambda: clock[0])
    bell = Doorbell(SOURCE)
    rung = []
    for then, found in ((0, ends[0]), (5, {"bus/orders": "8"}), (30, {"bus/orders": "8"}), (60, {"bus/orders": "8"})):
        clock[0], ends[0] = 1000.0 + then, found
        rung.append("goes on" in bell.rings(settings, lambda: True))
    assert rung == [True, False, True, False]
    clock[0], ends[0] = 1100.0, "bus does not answer"
    put(settings, "orders_1.csv")
    assert [bell.rings(settings, lambda: True) for _ in range(2)] == ["", "1 files are complete"]
