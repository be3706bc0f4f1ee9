"""Versions and their history: what is live and why, what is kept, the same as Parquet, the commands."""

from __future__ import annotations

import os
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.small_warehouse import live, make_marts, parquet_seen, published_run, rows, statuses
from warehouse.__main__ import main
from warehouse.base.connections import open_build_file, open_published
from warehouse.base.errors import PublishError, WarehouseBusy
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.publishing.publish import publish
from warehouse.publishing.published_versions import publication_lock
from warehouse.publishing.rollback import roll_back
from warehouse.publishing.version_list import version_lines


def kept(settings: Settings) -> list[str]:
    return sorted(path.name for path in (settings.published_folder / "versions").iterdir())


def test_the_published_file_tells_its_version_and_what_was_before(settings: Settings) -> None:
    first, second = (published_run(settings, customers).version for customers in (2, 5))
    assert live(settings) == (second, 5)
    assert rows(
        settings,
        "select published_version, status, status_by, status_reason from quality.pipeline_runs order by rowid",
    ) == [
        (first, "superseded", "pipeline", f"replaced by version {second}"),
        (second, "live", "pipeline", "published by pipeline run run-5"),
    ]
    assert rows(
        settings,
        "select event_number, event, published_version, former_version, decided_by from quality.publications",
    ) == [(1, "published", first, None, "pipeline"), (2, "published", second, first, "pipeline")]


def test_publishing_only_reads_the_build_file(settings: Settings) -> None:
    make_marts(settings, 2)
    before = settings.build_file("files").read_bytes()
    publish(settings, "files", date(2024, 1, 1), "run")
    assert settings.build_file("files").read_bytes() == before


def test_a_failed_publish_claims_nothing_and_the_next_version_tells_of_it(settings: Settings) -> None:
    published_run(settings, 2)
    with open_build_file(settings, "files") as connection:
        connection.execute("drop view marts.customer_360")
    with pytest.raises(PublishError, match=r"customer_360 is missing"):
        publish(settings, "files", date(2024, 1, 2), "run-bad")
    assert statuses(settings) == [(2, "live")]
    assert any("failed: marts.customer_360 is missing." in line for line in version_lines(settings))
    published_run(settings, 3)
    assert statuses(settings) == [(2, "superseded"), (None, "failed"), (3, "live")]
    [(run, day, reason)] = rows(
        settings,
        "select pipeline_run_id, as_of_date, status_reason from quality.pipeline_runs where status = 'failed'",
    )
    assert (run, day) == ("run-bad", date(2024, 1, 2))
    assert reason == "marts.customer_360 is missing."
    published_run(settings, 4)  # told once
    assert [status for _, status in statuses(settings)].count("failed") == 1


def test_the_live_version_is_never_pruned(settings: Settings) -> None:
    limited = settings.model_copy(update={"published_versions_kept": 2})
    versions = [published_run(limited, customers).version for customers in (2, 3, 4)]
    assert kept(limited) == versions[1:]
    roll_back(limited, versions[1], "ada")
    last = published_run(limited, 5).version
    # The live one, the newest two, and the one that readers may still be opening.
    assert kept(limited) == [versions[1], versions[2], last]
    one = settings.model_copy(update={"published_versions_kept": 1})
    roll_back(one, versions[1], "ada")
    assert kept(limited) == [versions[1], last]
    assert live(limited) == (versions[1], 3)
    assert "no longer kept" in "\n".join(version_lines(limited, with_all=True))
    assert "no longer kept" not in "\n".join(version_lines(limited))


def test_parquet_holds_the_same_tables_and_changes_as_one(settings: Settings) -> None:
    published_run(settings, 2)
    parquet = settings.published_folder / "parquet"
    former = parquet.resolve()
    version = published_run(settings, 5).version
    assert parquet_seen(former)[1] == 2  # who resolved the name before keeps his set
    assert parquet_seen(parquet.resolve()) == (version, 5)
    with open_published(settings) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        assert len(tables) > 10
        assert sorted((path.parent.name, path.stem) for path in parquet.rglob("*.parquet")) == tables
        for schema, table in tables:
            file = parquet / schema / f"{table}.parquet"
            difference = connection.execute(
                f"select count(*) from (from {schema}.{table} except all from read_parquet(?))", [str(file)]
            ).fetchone()
            assert difference == (0,), file
    columns = duckdb.sql(f"describe from read_parquet('{parquet}/quality/quarantined_rows.parquet')").fetchall()
    assert "row_content" not in [column[0] for column in columns]


def test_the_example_in_the_readme(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    published_run(settings, 7)
    [example] = re.findall(r"```python\n(.*?)```", (CHECKOUT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (settings.home.parent / "var").symlink_to(settings.home)
    monkeypatch.chdir(settings.home.parent)
    found: dict[str, Any] = {}
    exec(example, found)  # noqa: S102 - our own
    assert len(found["customers"]) == 7
    assert found["live"]["customers"].tolist() == [7]


def test_everything_moves_with_its_folder(settings: Settings, tmp_path: Path) -> None:
    version = published_run(settings, 2).version
    moved = Settings(home=tmp_path / "elsewhere")
    shutil.move(settings.home, moved.home)
    assert live(moved) == (version, 2)


def test_a_second_publication_at_once_is_told_who_holds_the_lock(settings: Settings) -> None:
    named = f"process id {os.getpid()} "
    second = publication_lock(settings, patience_seconds=0.2)
    with publication_lock(settings), pytest.raises(WarehouseBusy, match=named), second:
        pass
    with publication_lock(settings, patience_seconds=0):
        pass


def test_commands(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CLIENTELE_HOME", str(settings.home))
    assert main(["versions"]) == 0
    assert "Nothing has been published yet" in capsys.readouterr().out
    first, second = (published_run(settings, customers).version for customers in (2, 3))
    assert main(["rollback", "--version=", '--reason=it\'s "wrong"']) == 0
    assert f"Live: version {first} (files as of 2024-01-01), in place of {second}" in capsys.readouterr().out
    assert main(["versions"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"  {second}: files as of 2024-01-01, published ")
    assert said[0].endswith(" UTC, 9 rows")
    assert said[2].startswith(f"* {first}: ")
    assert said[3].strip().startswith("live: rolled back to by ")
    assert said[3].endswith(': it\'s "wrong"')
    assert main(["rollback", "--version=nonsense"]) == 1
    assert "make versions" in capsys.readouterr().err
