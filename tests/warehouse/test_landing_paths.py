"""Landing: what is named is copied in, and nothing is read from or written to anywhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.broken_inputs.permissions import without_override
from warehouse.base.errors import LandingError, SettingsError
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input

ORDERS = "order_id,ordered_at\n1,2024-05-01\n"


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A folder with one file of orders."""
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "orders.csv").write_text(ORDERS)
    return folder


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "spelling", ["{given}", "{given}/../given", "{given}/orders.csv", "{given}/./../given/orders.csv"]
)
def test_an_input_may_be_named_in_any_way_and_lands_inside(settings: Settings, given: Path, spelling: str) -> None:
    [landed] = land_input(settings, "files", Path(spelling.format(given=given))).paths
    assert landed == settings.landing_of("files") / "orders.csv"
    assert landed.read_text() == ORDERS


def test_a_relative_input_with_dots(settings: Settings, given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (given / "deeper").mkdir()
    monkeypatch.chdir(given / "deeper")
    [landed] = land_input(settings, "files", Path("../orders.csv")).paths
    assert landed.parent == settings.landing_of("files")


def test_the_one_input_may_be_a_link_and_is_copied(settings: Settings, given: Path, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").symlink_to(given / "orders.csv")
    [landed] = land_input(settings, "files", tmp_path / "orders.csv").paths
    assert not landed.is_symlink()
    assert landed.read_text() == ORDERS


@pytest.mark.parametrize("target", ["/etc/passwd", "../secret.csv", ".."])
def test_a_link_in_an_input_folder_is_not_followed_out_of_it(settings: Settings, given: Path, target: str) -> None:
    (given.parent / "secret.csv").write_text("secret")
    (given / "customers.csv").symlink_to(target)
    with pytest.raises(LandingError, match="leads out of its folder"):
        land_input(settings, "files", given)
    assert not settings.landing_folder.exists()


@pytest.mark.parametrize("source", ["..", "../files", "/etc", "files/../..", "a b", ""])
def test_a_source_name_is_no_path(settings: Settings, given: Path, source: str) -> None:
    with pytest.raises(SettingsError, match="is not a source name"):
        land_input(settings, source, given)


def test_nothing_is_written_through_a_linked_folder(settings: Settings, given: Path, tmp_path: Path) -> None:
    (given / "orders").mkdir()
    (given / "orders" / "may.csv").write_text(ORDERS)
    outside = tmp_path / "outside"
    outside.mkdir()
    settings.landing_of("files").mkdir(parents=True)
    (settings.landing_of("files") / "orders").symlink_to(outside)
    with pytest.raises(LandingError, match="leads out of its folder"):
        land_input(settings, "files", given / "orders" / "..")
    assert files_in(outside) == []


@pytest.mark.parametrize("is_there", [True, False])
def test_nothing_is_written_through_a_linked_file(
    settings: Settings, given: Path, tmp_path: Path, is_there: bool
) -> None:
    outside = tmp_path / "outside.csv"
    if is_there:
        outside.write_text("mine")
    settings.landing_of("files").mkdir(parents=True)
    (settings.landing_of("files") / "orders.csv").symlink_to(outside)
    with pytest.raises(LandingError, match="leads out of its folder"):
        land_input(settings, "files", given)
    assert (outside.read_text() if is_there else outside.exists()) == ("mine" if is_there else False)


def test_nothing_is_written_into_a_linked_source_folder(settings: Settings, given: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    settings.landing_folder.mkdir(parents=True)
    settings.landing_of("files").symlink_to(outside)
    with pytest.raises(LandingError, match="leads out of its folder"):
        land_input(settings, "files", given)
    assert files_in(outside) == []


def test_the_landing_folder_itself_may_be_on_another_disk(settings: Settings, given: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    settings.home.mkdir()
    settings.landing_folder.symlink_to(tmp_path / "disk")
    land_input(settings, "files", given)
    assert files_in(tmp_path / "disk") == ["files/.arrivals.jsonl", "files/orders.csv"]


def test_a_planted_partial_file_is_not_written_through(settings: Settings, given: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("mine")
    settings.landing_of("files").mkdir(parents=True)
    (settings.landing_of("files") / ".orders.csv.partial").symlink_to(outside)
    land_input(settings, "files", given)
    assert outside.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "words"),
    [("orders.xls", "does not read"), ("orders.7z", "does not read"), ("passwd", "does not know what this file is")],
)
def test_an_input_of_a_format_that_is_not_read_is_refused_at_once(
    settings: Settings, tmp_path: Path, name: str, words: str
) -> None:
    (tmp_path / name).write_text("x")
    with pytest.raises(LandingError, match=words) as refusal:
        land_input(settings, "files", tmp_path / name)
    assert name in refusal.value.message
    assert not settings.landing_folder.exists()


def test_an_input_that_may_not_be_read_leaves_nothing_behind(settings: Settings, given: Path) -> None:
    (given / "orders.csv").chmod(0)
    with without_override(), pytest.raises(LandingError, match=r"orders\.csv cannot be read"):
        land_input(settings, "files", given)
    assert files_in(settings.landing_of("files")) == []


def test_an_input_that_is_no_file_is_refused(settings: Settings, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "orders.csv")
    with pytest.raises(LandingError, match="holds no data file"):
        land_input(settings, "files", tmp_path / "orders.csv")
