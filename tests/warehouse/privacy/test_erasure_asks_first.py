"""Before anybody is erased: what would go is told, a reason and a yes are asked for, versions looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.homes import copied_home
from tests.warehouse.privacy.shop_with_people import (
    PERSON,
    SECOND_ACCOUNT,
    SOURCE,
    found_in_home,
    publish_marts,
)
from warehouse.__main__ import main
from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.privacy.subject import notes_folder
from warehouse.publishing.published_versions import DATABASE, folder_of, live_version


@pytest.fixture(scope="module")
def published(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A shop that is loaded and published. Copy it, please."""
    made = Settings(home=loaded_home, memory_limit="1GB")
    settings = copied_home(made, tmp_path_factory.mktemp("published") / "home")
    publish_marts(settings)
    return settings


@pytest.fixture(scope="module")
def published_twice(published: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same, published once more. Copy it, please."""
    settings = copied_home(published, tmp_path_factory.mktemp("published_twice") / "home")
    publish_marts(settings)
    return settings


@pytest.fixture
def shop(published: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """This test's own copy of the shop, whose home the command takes."""
    settings = copied_home(published, tmp_path / "home")
    monkeypatch.setenv("CLIENTELE_HOME", str(settings.home))
    return settings


@pytest.fixture
def shop_with_former(published_twice: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The same of the shop that was published twice."""
    settings = copied_home(published_twice, tmp_path / "home")
    monkeypatch.setenv("CLIENTELE_HOME", str(settings.home))
    return settings


def erase(*more: str) -> int:
    return main(["erase", "--source", SOURCE, "--customer", SECOND_ACCOUNT, *more])


def contents(home: Path) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def damage(settings: Settings, version: str) -> Path:
    """Fill the middle of a version with garbage: it may still be opened."""
    path = folder_of(settings, version) / DATABASE
    path.parent.chmod(0o755)
    path.chmod(0o644)
    content = path.read_bytes()
    path.write_bytes(content[:12288] + b"\xa5" * (len(content) - 12288))
    return path


@pytest.mark.parametrize(
    "more", [(), ("--dry-run", "--confirm"), ("--confirm=no", "--reason", "asked"), ("--confirm=",)]
)
def test_what_would_go_is_told_and_nothing_is_touched(
    shop_with_former: Settings, capsys: pytest.CaptureFixture, more: tuple[str, ...]
) -> None:
    before = contents(shop_with_former.home)
    assert erase(*more) == 0
    said = capsys.readouterr().out
    assert "Nothing was erased yet. In 'files' this person has 2 account(s)." in said
    assert "2 of customers, 1 of events, 2 of feedback, 1 of campaign_touches, 1 of subscriptions" in said
    assert "orders that stay as orders of nobody: 2 with 0 lines" in said
    assert "3 in orders.csv" in said
    assert "written anew: 2" in said
    assert PERSON not in said
    assert contents(shop_with_former.home) == before


def test_a_reason_is_needed(shop: Settings, capsys: pytest.CaptureFixture) -> None:
    assert erase("--confirm") == 1
    assert "No reason is given. Nothing was erased." in capsys.readouterr().err
    assert found_in_home(shop)


@pytest.mark.parametrize(("answer", "is_erased"), [("yes", True), ("y", False), ("", False)])
def test_at_a_terminal_it_asks(
    shop: Settings, monkeypatch: pytest.MonkeyPatch, answer: str, *, is_erased: bool
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert erase("--reason", "asked by letter") == 0
    assert (found_in_home(shop) == {}) == is_erased


def test_nobody_of_this_id_is_told_before_anything_is_asked(shop: Settings, capsys: pytest.CaptureFixture) -> None:
    assert main(["erase", "--source", SOURCE, "--customer", "nobody"]) == 1
    assert "no customer with this id" in capsys.readouterr().err


def test_a_damaged_version_that_is_not_live_goes_and_the_rest_is_erased(
    shop_with_former: Settings, capsys: pytest.CaptureFixture
) -> None:
    shop = shop_with_former
    [former] = [
        folder.name for folder in (shop.published_folder / "versions").iterdir() if folder.name != live_version(shop)
    ]
    damage(shop, former)
    assert erase() == 0
    assert f"the published version {former} is damaged, and is removed" in capsys.readouterr().out
    assert erase("--reason", "asked by letter", "--confirm") == 0
    assert "1 damaged published versions removed" in capsys.readouterr().out
    assert not folder_of(shop, former).exists()
    assert found_in_home(shop) == {}


def test_where_the_live_version_is_damaged_nothing_is_begun(shop: Settings, capsys: pytest.CaptureFixture) -> None:
    damage(shop, live_version(shop))
    before = contents(shop.home)
    assert erase("--reason", "asked by letter", "--confirm") == 1
    said = capsys.readouterr().err
    assert "is damaged" in said
    assert "Nothing was erased" in said
    assert contents(shop.home) == before
    assert not notes_folder(shop).exists()
    publish_marts(shop)
    assert erase("--reason", "asked by letter", "--confirm") == 0
    assert found_in_home(shop) == {}


def test_without_building_anew_nothing_is_left_either(shop: Settings) -> None:
    with open_build_file(shop, SOURCE) as connection:
        connection.execute(
            "create schema state; create table state.source_settings as select ['has_support'] as contract_attributes; "
            "create schema staging; create table staging.stg_orders as "
            "select order_id, customer_id, customer_id as source_customer_id from raw.orders"
        )
    copies = [shop.arrivals_file(SOURCE), shop.watched_folder_of(SOURCE) / ".landed" / "orders" / "a.csv"]
    for copy in copies:  # of rows that arrived, and of files that were taken in
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.touch()
    assert erase("--reason", "asked by letter", "--confirm", "--no-rebuild") == 0
    assert [copy for copy in copies if copy.exists()] == []
    with open_build_file(shop, SOURCE, read_only=True) as connection:
        assert connection.execute("select count(*), count(source_customer_id) from staging.stg_orders").fetchall() == [
            (5, 2)
        ]
