"""Going back to a former version: what readers see, what is refused, what is damaged, what an earlier release left."""

from __future__ import annotations

import os

import duckdb
import pytest

from tests.warehouse.small_warehouse import live, parquet_seen, published_run, rows, statuses
from warehouse.base.errors import PublishError
from warehouse.base.settings import Settings
from warehouse.publishing.rollback import roll_back
from warehouse.publishing.version_list import version_lines


def test_rolling_back_and_publishing_again(settings: Settings) -> None:
    first, second, third = (published_run(settings, customers).version for customers in (2, 3, 4))
    report = roll_back(settings, None, "ada", "wrong prices")
    assert (report.live.published_version, report.former_version) == (second, third)
    assert live(settings) == (second, 3)
    assert parquet_seen((settings.published_folder / "parquet").resolve()) == (second, 3)
    assert statuses(settings) == [(2, "superseded"), (3, "live"), (4, "rolled_back")]
    [(by, reason)] = rows(settings, "select status_by, status_reason from quality.pipeline_runs where status = 'live'")
    assert (by, reason) == ("ada", "rolled back to by ada: wrong prices")

    roll_back(settings, None, "ada")
    assert live(settings) == (first, 2)
    with pytest.raises(PublishError, match="no version before"):
        roll_back(settings, None, "ada")
    roll_back(settings, third, "bob", "the prices were right")
    assert live(settings) == (third, 4)

    fourth = published_run(settings, 5).version
    assert live(settings) == (fourth, 5)
    assert statuses(settings) == [(2, "rolled_back"), (3, "rolled_back"), (4, "superseded"), (5, "live")]
    events = rows(
        settings, "select event, published_version, decided_by from quality.publications order by event_number"
    )
    assert events == [
        ("published", first, "pipeline"),
        ("published", second, "pipeline"),
        ("published", third, "pipeline"),
        ("rolled_back_to", second, "ada"),
        ("rolled_back_to", first, "ada"),
        ("rolled_back_to", third, "bob"),
        ("published", fourth, "pipeline"),
    ]


def test_a_rollback_that_cannot_be_is_refused(settings: Settings) -> None:
    with pytest.raises(PublishError, match="no version before"):
        roll_back(settings, None, "ada")
    version = published_run(settings, 2).version
    for asked, words in ((None, "no version before"), (version, "is live already"), ("../../x", "There is no version")):
        with pytest.raises(PublishError, match=words):
            roll_back(settings, asked, "ada")
    assert live(settings) == (version, 2)


def test_a_damaged_version_is_not_put_back(settings: Settings) -> None:
    first = published_run(settings, 20_000).version
    second = published_run(settings, 3).version
    file = settings.published_folder / "versions" / first / "clientele.duckdb"
    content = bytearray(file.read_bytes())
    content[len(content) // 4 : len(content) // 2] = bytes(len(content) // 2 - len(content) // 4)
    file.write_bytes(content)
    with pytest.raises(PublishError, match=f"Rolling back to {first} failed"):
        roll_back(settings, first, "ada")
    assert live(settings) == (second, 3)


def test_a_damaged_live_file_can_be_rolled_back_and_replaced(settings: Settings) -> None:
    first, second = (published_run(settings, customers).version for customers in (2, 3))
    settings.published_file.write_bytes(b"broken" * 1000)
    assert roll_back(settings, first, "ada", "the file was broken").former_version == second
    assert live(settings) == (first, 2)
    settings.published_file.write_bytes(b"broken" * 1000)
    third = published_run(settings, 4).version
    assert live(settings) == (third, 4)


def test_single_files_of_an_earlier_release_become_versions(settings: Settings) -> None:
    """Its published file was a second name of the newest version, and its history one row for each version."""
    versions = settings.published_folder / "versions"
    versions.mkdir(parents=True)
    for number in (1, 2):
        with duckdb.connect(str(versions / f"clientele-2024010{number}T000000000000-files.duckdb")) as connection:
            connection.execute("create schema marts; create schema scores; create schema quality")
            for table in ("dim_customers", "customer_360", "fct_orders"):
                connection.execute(f"create table marts.{table} as select * from range({number}) as t(i)")
            connection.execute(
                "create table quality.pipeline_runs as select 'run-' || i as pipeline_run_id, 'files' as source, "
                "date '2024-01-01' as as_of_date, '2024010' || i || 'T000000000000-files' as published_version, "
                "i as customers, i as orders, 1.5 as net_amount, 9 as rows_read, 0 as rows_quarantined, "
                "timestamp '2024-01-01' + interval (i) hour as published_at from range(1, ?) as t(i)",
                [number + 1],
            )
    os.link(versions / "clientele-20240102T000000000000-files.duckdb", settings.published_file)
    assert "20240102T000000000000-files" in "\n".join(version_lines(settings, with_all=True))
    roll_back(settings, None, "ada")
    assert live(settings) == ("20240101T000000000000-files", 1)
    assert parquet_seen(settings.published_folder / "parquet")[1] == 1
    published_run(settings, 3)
    assert statuses(settings) == [(1, "superseded"), (2, "rolled_back"), (3, "live")]
