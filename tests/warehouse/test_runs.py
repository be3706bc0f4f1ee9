"""Planning a run: the source and the as-of date."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import pytest

from tests.warehouse.small_warehouse import published_run
from warehouse.base.connections import open_build_file
from warehouse.base.errors import SettingsError, SourceError
from warehouse.base.settings import Settings
from warehouse.loading.ingest import ingest_source
from warehouse.runs.planning import plan_run, read_date, resolve_source
from warehouse.tables.raw_tables import create_raw_tables


def load_orders(settings: Settings, *days: str) -> None:
    folder = settings.landing_of("files")
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{number},c,{day},1" for number, day in enumerate(days)]
    (folder / "orders.csv").write_text("\n".join(["order_id,customer_id,ordered_at,order_amount", *lines]))
    ingest_source(settings, "files")


def test_the_default_date_is_the_day_after_the_newest_complete_day(settings: Settings) -> None:
    load_orders(settings, "2024-05-01", "2024-06-03 12:50:00")
    assert plan_run(settings, "files").as_of_date == date(2024, 6, 4)


def test_a_day_that_is_not_over_yet_is_not_complete(settings: Settings) -> None:
    load_orders(settings, "2024-05-01", date.today().isoformat())
    assert plan_run(settings, "files").as_of_date == date.today()


def test_where_every_row_was_refused_the_reason_is_told(settings: Settings) -> None:
    load_orders(settings, "yesterday", "long ago", "2024-13-01")
    with pytest.raises(SettingsError, match=r"Most refused rows, \d in orders.csv, say: .*ordered_at"):
        plan_run(settings, "files")


def test_latest_is_the_source_that_is_live(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="Nothing has been loaded"):
        resolve_source(settings, "latest")
    load_orders(settings, "2024-05-01", "2024-05-02")
    assert resolve_source(settings, "latest") == "files"
    shutil.copyfile(settings.build_file("files"), settings.build_file("cdnow"))
    with pytest.raises(SettingsError, match="several sources have been loaded: cdnow, files"):
        resolve_source(settings, "latest")
    published_run(settings, 2)
    settings.build_file("cdnow").touch()
    assert resolve_source(settings, "latest") == "files"


def test_a_source_without_data_is_never_the_latest(settings: Settings) -> None:
    """A refused file leaves a build file behind, newer than all others."""
    load_orders(settings, "2024-05-01", "2024-05-02")
    with open_build_file(settings, "cdnow") as connection:
        create_raw_tables(connection)
    assert resolve_source(settings, "latest") == "files"


def test_a_source_that_is_unknown_is_refused(settings: Settings) -> None:
    with pytest.raises(SourceError):
        resolve_source(settings, "no_such")


@pytest.mark.parametrize("chosen", ["2023-12-31", "2024-05-01", "not a date", "2024-13-01", "2999-01-01"])
def test_a_date_that_the_data_cannot_answer_is_refused(settings: Settings, chosen: str) -> None:
    load_orders(settings, "2024-05-01", "2024-05-09")
    with pytest.raises(SettingsError) as refusal:
        plan_run(settings, "files", read_date(chosen))
    assert chosen in refusal.value.message
    assert plan_run(settings, "files", date(2024, 5, 5)).as_of_date == date(2024, 5, 5)


def test_no_order_at_all_is_a_reasoned_refusal(settings: Settings) -> None:
    load_orders(settings, "never")
    with pytest.raises(SettingsError, match="has no orders"):
        plan_run(settings, "files")


def test_a_date_before_the_newest_day_is_allowed(settings: Settings) -> None:
    load_orders(settings, "2024-05-01", "2024-05-09")
    plan = plan_run(settings, "files", date(2024, 5, 1) + timedelta(days=1), force_retrain=True)
    assert plan.as_dict()["force_retrain"] is True
    assert plan.pipeline_run_id.startswith("files-2024-05-02-")
