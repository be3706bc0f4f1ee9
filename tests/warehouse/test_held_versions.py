"""What is published belongs to its readers: one who holds it to write, or damages it, is in nobody's way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from services.sql_prompt import answer, write_answer
from tests.homes import copied_home
from tests.warehouse.small_warehouse import live, published_run
from warehouse.__main__ import main
from warehouse.base.settings import Settings
from warehouse.publishing.publication_recovery import known_history
from warehouse.publishing.published_versions import folder_of, live_version
from warehouse.publishing.rollback import roll_back
from warehouse.publishing.version_list import version_lines

_HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@contextmanager
def held_to_write(file: Path) -> Iterator[None]:
    """Another process has the file open as most programs open DuckDB files by default."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(duckdb.IOException):
            duckdb.connect(str(file), read_only=True)  # so it is for whoever opens the file itself
        yield
    finally:
        holder.communicate()


@pytest.fixture(scope="module")
def published_three_times(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[str]]:
    """A home with three versions. Copy it, please."""
    settings = Settings(home=tmp_path_factory.mktemp("published") / "home", memory_limit="1GB")
    return settings, [published_run(settings, customers).version for customers in (2, 3, 4)]


@pytest.fixture
def versions(settings: Settings, published_three_times: tuple[Settings, list[str]]) -> list[str]:
    """The versions in this test's own home."""
    made, versions = published_three_times
    copied_home(made, settings.home)
    return versions


def test_one_who_holds_the_live_file_to_write_keeps_nobody_waiting(settings: Settings, versions: list[str]) -> None:
    with held_to_write(settings.published_file.resolve()):
        assert live(settings) == (versions[-1], 4)
        assert list(answer(settings, "select count(*) as customers from marts.customer_360"))[-1].strip() == "4"
        assert sum(line.startswith(("* ", "  2")) for line in version_lines(settings)) == 3
        fourth = published_run(settings, 5).version
        assert live(settings) == (fourth, 5)
        assert roll_back(settings, None, "somebody").live.published_version == versions[-1]
    assert live(settings) == (versions[-1], 4)


def test_the_history_is_the_same_from_the_file_and_from_parquet(settings: Settings, versions: list[str]) -> None:
    roll_back(settings, versions[0], "somebody", "a trial")
    from_file = known_history(settings)
    with held_to_write(settings.published_file.resolve()):
        assert known_history(settings) == from_file
    assert [event.event for event in from_file.events] == ["published", "published", "published", "rolled_back_to"]


@pytest.mark.parametrize("damage", [b"", b"no database" * 999], ids=["cut", "garbage"])
def test_damaged_versions_are_told_skipped_and_pruned(settings: Settings, versions: list[str], damage: bytes) -> None:
    for version in versions[:2]:
        (file := folder_of(settings, version) / "clientele.duckdb").chmod(0o644)
        file.write_bytes(damage)
    fourth = published_run(settings, 5).version
    assert sorted(folder.name for folder in (settings.published_folder / "versions").iterdir()) == [versions[2], fourth]
    assert roll_back(settings, None, "somebody").live.published_version == versions[2]


def test_a_damaged_live_version_is_replaced_and_stays_in_the_history(settings: Settings, versions: list[str]) -> None:
    (file := settings.published_file.resolve()).chmod(0o644)
    file.write_bytes(b"")
    fourth = published_run(settings, 5).version
    assert live(settings) == (fourth, 5)
    assert [run.published_version for run in known_history(settings).published] == [*versions, fourth]
    assert not folder_of(settings, versions[2]).exists()


def test_a_version_that_no_history_knows_is_pruned_before_all_others(settings: Settings, versions: list[str]) -> None:
    stray = folder_of(settings, "20200101T000000000000-files")
    stray.mkdir()
    (stray / "clientele.duckdb").write_bytes(settings.published_file.read_bytes())
    few = settings.model_copy(update={"published_versions_kept": 4})
    published_run(few, 5)
    assert not stray.exists()
    assert live_version(few) is not None


def test_the_command_lists_versions_while_the_live_one_is_held(
    settings: Settings, versions: list[str], capsys, monkeypatch
):
    monkeypatch.setenv("CLIENTELE_HOME", str(settings.home))
    with held_to_write(settings.published_file.resolve()):
        assert main(["versions"]) == 0
    assert versions[-1] in capsys.readouterr().out


def test_the_prompt_and_its_formats_answer_where_the_file_is_held(
    settings: Settings, versions: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    with held_to_write(settings.published_file.resolve()):
        write_answer(settings, "select count(*) as customers from marts.customer_360", "csv")
    assert capfd.readouterr().out.split() == ["customers", "4"]
