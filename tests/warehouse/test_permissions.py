"""What is personal is readable by its owner alone; what is published by everybody, and writable by nobody."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.broken_inputs.permissions import without_override
from tests.warehouse.forks import in_fork
from tests.warehouse.small_warehouse import SOURCE, live, make_marts, published_run
from warehouse.base.command import run_command
from warehouse.base.permissions import PRIVATE_FOLDERS, keep_private
from warehouse.base.settings import Settings
from warehouse.landing.paths import copy_in
from warehouse.publishing.publish import publish
from warehouse.publishing.published_versions import folder_of, versions_folder
from warehouse.publishing.rollback import roll_back
from warehouse.runs.summary import write_run_summary

ORDERS = "order_id,customer_id,ordered_at,total_amount\no1,c1,2024-01-01,1.50\n"


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home in which commands have landed, loaded, published, rolled back and told."""
    monkeypatch.setenv("CLIENTELE_HOME", str(tmp_path / "home"))
    given = tmp_path / "orders.csv"
    given.write_text(ORDERS)

    def work(settings: Settings) -> None:
        folder = settings.landing_of(SOURCE)
        copy_in(given, folder / given.name, folder)
        for customers in (2, 3):
            published_run(settings, customers)
        roll_back(settings, None, "test")
        write_run_summary(settings)

    assert run_command(work) == 0
    return Settings()


def modes(folder: Path) -> dict[str, str]:
    """The mode of each file and folder below, by its path; links have none of their own."""
    return {
        str(path.relative_to(folder)): f"{stat.S_IMODE(path.stat().st_mode):o}"
        for path in sorted(folder.rglob("*"))
        if not path.is_symlink()
    }


def test_every_written_file_is_its_owners_alone_but_what_is_published(home: Settings) -> None:
    found = modes(home.home)
    assert {f"landing/{SOURCE}/orders.csv", f"warehouse/{SOURCE}.duckdb"} <= set(found)
    assert any(name.startswith("docs/runs/") for name in found)
    published = {name: mode for name, mode in found.items() if name.startswith("published/versions")}
    private = {name: mode for name, mode in found.items() if name not in published and name != "published"}
    assert {name: mode for name, mode in private.items() if int(mode, 8) & 0o077} == {}
    assert stat.S_IMODE(home.home.stat().st_mode) == 0o711
    assert found["published"] == found["published/versions"] == "755"
    files = {name: mode for name, mode in published.items() if "." in Path(name).name}
    assert len(files) > 4
    assert set(files.values()) == {"444"}
    assert {mode for name, mode in published.items() if name not in files} == {"755"}


def as_somebody_else(settings: Settings) -> None:
    """Read what is published and nothing else; change nothing."""
    os.setgid(65534)
    os.setuid(65534)
    assert live(settings) == (min(folder.name for folder in versions_folder(settings).iterdir()), 2)
    with pytest.raises(duckdb.Error, match=r"[Pp]ermission"):
        duckdb.connect(str(settings.published_file))
    for path in (settings.build_file(SOURCE), settings.landing_of(SOURCE) / "orders.csv"):
        with pytest.raises(PermissionError):
            path.read_bytes()
    for folder in (settings.home, settings.landing_folder, settings.published_folder / "attempts"):
        with pytest.raises(PermissionError):
            list(folder.iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming somebody else takes root")
def test_somebody_else_reads_what_is_published_and_nothing_more(home: Settings) -> None:
    # pytest's folders are closed, as many as there are; others of its processes may be at work below them.
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in home.home.parents}
    before = {path: mode for path, mode in modes.items() if not mode & stat.S_IXOTH}
    try:
        for path in before:
            path.chmod(0o711)
        assert in_fork(as_somebody_else, home) == 0
    finally:
        for path, mode in before.items():
            path.chmod(mode)


def test_the_owner_publishes_rolls_back_and_prunes_over_files_that_nobody_may_write(settings: Settings) -> None:
    settings = settings.model_copy(update={"published_versions_kept": 2})
    with without_override():
        first = published_run(settings, 2)
        with pytest.raises(duckdb.Error, match=r"[Pp]ermission"):
            duckdb.connect(str(folder_of(settings, first.version) / "clientele.duckdb"))
        second = published_run(settings, 3)
        roll_back(settings, None, "test")
        assert live(settings) == (first.version, 2)
        for customers in (4, 5, 6):
            make_marts(settings, customers)
            last = publish(settings, SOURCE, date(2024, 1, 1), f"run-{customers}")
    assert live(settings) == (last.version, 6)
    assert not folder_of(settings, second.version).exists()


def test_folders_that_an_earlier_release_left_open_are_closed(settings: Settings, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    for folder in (elsewhere, *(settings.home / name for name in PRIVATE_FOLDERS if name != "landing")):
        folder.mkdir(parents=True)
    settings.landing_folder.symlink_to(elsewhere)
    settings.home.chmod(0o750)
    keep_private(settings)
    assert set(modes(settings.home).values()) == {"700"}
    assert (elsewhere.stat().st_mode & 0o777, settings.home.stat().st_mode & 0o777) == (0o755, 0o750), "not ours to say"
