"""Publish: whole or not at all, readers undisturbed, old versions kept, personal data left behind."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from tests.warehouse.small_warehouse import make_marts
from warehouse.base.connections import open_build_file, open_published
from warehouse.base.errors import PublishError, WarehouseBusy, WarehouseMissing, WarehouseUnreadable
from warehouse.base.settings import Settings
from warehouse.publishing.publish import publish


def customers_seen(settings: Settings) -> int:
    with open_published(settings) as connection:
        return connection.execute("select count(*) from marts.customer_360").fetchone()[0]


def test_publishing_replaces_in_one_step_and_readers_keep_what_they_opened(settings: Settings) -> None:
    make_marts(settings, 2)
    publish(settings, "files", date(2024, 1, 1), "run-1")
    with open_published(settings) as reader:
        make_marts(settings, 5)
        report = publish(settings, "files", date(2024, 1, 2), "run-2")
        assert reader.execute("select count(*) from marts.customer_360").fetchone() == (2,)
    assert customers_seen(settings) == 5
    assert report.table_rows["marts.customer_360"] == 5


def test_only_what_people_query_is_published(settings: Settings) -> None:
    make_marts(settings, 1)
    with open_build_file(settings, "files") as connection:
        connection.execute(
            "insert into quality.quarantined_rows by name select 'l' as load_id, 'f.csv' as file_name, "
            "1 as row_number, 'customers' as table_name, 'bad' as reason, "
            '\'{"email": "x@y"}\' as row_content, now() as quarantined_at'
        )
    publish(settings, "files", date(2024, 1, 1), "run-1")
    with open_published(settings) as connection:
        schemas = {row[0] for row in connection.execute("select distinct schema_name from duckdb_tables()").fetchall()}
        columns = [row[0] for row in connection.execute("describe quality.quarantined_rows").fetchall()]
        run = connection.execute("select pipeline_run_id, customers, net_amount::varchar from quality.pipeline_runs")
        assert run.fetchall() == [("run-1", 1, "1.50")]
        assert connection.execute("select count(*) from scores.customer_churn_current").fetchone() == (0,)
    assert schemas == {"marts", "scores", "quality"}
    assert "row_content" not in columns
    assert "reason" in columns


def test_a_failed_publish_leaves_the_former_file(settings: Settings) -> None:
    make_marts(settings, 2)
    publish(settings, "files", date(2024, 1, 1), "run-1")
    with open_build_file(settings, "files") as connection:
        connection.execute("drop view marts.customer_360")
    with pytest.raises(PublishError, match=r"customer_360 is missing"):
        publish(settings, "files", date(2024, 1, 2), "run-2")
    with open_build_file(settings, "files") as connection:
        connection.execute("drop table marts.fct_orders")
    with pytest.raises(PublishError, match="not complete"):
        publish(settings, "files", date(2024, 1, 2), "run-3")
    assert customers_seen(settings) == 2
    assert not list(settings.published_folder.rglob("*.partial"))


def test_old_versions_are_kept_up_to_the_limit(settings: Settings) -> None:
    limited = settings.model_copy(update={"published_versions_kept": 2})
    make_marts(limited, 1)
    for number in range(4):
        publish(limited, "files", date(2024, 1, 1), f"run-{number}")
    versions = sorted((limited.published_folder / "versions").iterdir())
    assert len(versions) == 2
    assert (versions[-1] / "clientele.duckdb").samefile(limited.published_file)


def test_nothing_published_yet_is_said_plainly(settings: Settings) -> None:
    with pytest.raises(PublishError, match="Nothing has been published yet"), open_published(settings):
        pass


def test_a_held_build_file_names_its_holder(settings: Settings) -> None:
    make_marts(settings, 1)
    held = settings.build_file("files")
    hold = f"import duckdb, sys; c = duckdb.connect({str(held)!r}); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        named = rf"process id {holder.pid} \(\S*python\S* -c import duckdb, sys;"
        with pytest.raises(WarehouseBusy, match=named), open_build_file(settings, "files"):
            pass
        with pytest.raises(WarehouseBusy, match=named):
            publish(settings, "files", date(2024, 1, 1), "run-1")
        holder.stdin.close()
        holder.wait()
    publish(settings, "files", date(2024, 1, 1), "run-1")
    assert customers_seen(settings) == 1


def test_no_build_file_and_a_damaged_one_are_not_taken_for_a_held_one(settings: Settings) -> None:
    with pytest.raises(WarehouseMissing, match="no warehouse for source 'files' yet"):
        publish(settings, "files", date(2024, 1, 1), "run-1")
    settings.build_file("files").parent.mkdir(parents=True)
    settings.build_file("files").write_text("this is no database " * 1000)
    with pytest.raises(WarehouseUnreadable, match="not a valid DuckDB database"), open_build_file(settings, "files"):
        pass
