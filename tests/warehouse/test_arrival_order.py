"""The order of arrival: kept beside the landed files, whatever happens to the clock, the build file or itself."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.landing.arrival.names import given_name, natural_key
from warehouse.landing.arrival.noting import note_hand_in, note_present, note_rewritten
from warehouse.landing.arrival.order import ORDER_FILE, Arrival, Present, read_order
from warehouse.landing.landing_folder import land_input
from warehouse.landing.lock import landing_lock
from warehouse.loading.ingest import ingest_source

HEADER = "order_id,customer_id,ordered_at,order_amount\n"
NEWEST = """
    select order_id, order_amount::double from (select * from raw.orders qualify row_number() over (
        partition by order_id order by _arrival_number desc, _row_number desc) = 1)
    where not _is_gone order by 1
"""


def copied(settings: Settings, name: str, *rows: str) -> None:
    """A file that somebody copies into the landing folder."""
    folder = settings.landing_of("files")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(HEADER + "".join(f"{row}\n" for row in rows))


def handed_in(settings: Settings, given: Path, **files: tuple[str, ...]) -> None:
    shutil.rmtree(given, ignore_errors=True)
    given.mkdir()
    for name, rows in files.items():
        (given / f"{name}.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows))
    land_input(settings, "files", given)


def newest(settings: Settings) -> list[tuple]:
    ingest_source(settings, "files")
    with open_build_file(settings, "files", read_only=True) as connection:
        return connection.execute(NEWEST).fetchall()


def order_of(settings: Settings) -> list[Arrival]:
    return read_order(settings.landing_of("files"))[0]


FIRST, SECOND = "1,ann,2024-03-01,50", "1,ann,2024-03-01,45"


def test_natural_order_of_names() -> None:
    names = ["o_10.csv", "o--d63e35cc.csv", "o_2.csv", "o.csv", "2024-05/o.csv", "o_2024-05-fix.csv", "o_2024-05.csv"]
    assert sorted(names, key=natural_key) == [
        "2024-05/o.csv",
        "o.csv",
        "o--d63e35cc.csv",
        "o_2.csv",
        "o_10.csv",
        "o_2024-05.csv",
        "o_2024-05-fix.csv",
    ]
    assert given_name("may/o--d63e35cc.csv.gz") == "may/o.csv.gz"
    assert given_name("o--mended.csv") == "o--mended.csv"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("orders_2.csv", "orders_10.csv"),
        ("orders_2024-05.csv", "orders_2024-05-fix.csv"),
        ("orders.csv", "orders/1.csv"),
    ],
)
def test_files_copied_together_arrive_in_the_natural_order_of_their_names(
    settings: Settings, older: str, newer: str
) -> None:
    (settings.landing_of("files") / "orders").mkdir(parents=True)
    copied(settings, newer, SECOND)
    copied(settings, older, FIRST)
    assert newest(settings) == [("1", 45.0)]


def test_what_was_handed_in_last_counts_after_starting_over(settings: Settings, tmp_path: Path) -> None:
    handed_in(settings, tmp_path / "given", orders=(FIRST, "2,bob,2024-03-02,7"))
    handed_in(settings, tmp_path / "given", orders=(SECOND,))
    assert newest(settings) == [("1", 45.0), ("2", 7.0)]
    settings.build_file("files").unlink()
    assert newest(settings) == [("1", 45.0), ("2", 7.0)]
    handed_in(settings, tmp_path / "given", orders=(FIRST, "2,bob,2024-03-02,7"))  # the first one is right after all
    assert newest(settings) == [("1", 50.0), ("2", 7.0)]
    settings.build_file("files").unlink()
    assert newest(settings) == [("1", 50.0), ("2", 7.0)]


def test_handing_in_the_newest_again_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    for row in (FIRST, SECOND, SECOND):
        handed_in(settings, tmp_path / "given", orders=(row,))
    newest(settings)
    former = order_of(settings)
    assert [arrival.name for arrival in former] == ["orders.csv", "orders--" + former[1].sha256[:8] + ".csv"]
    handed_in(settings, tmp_path / "given", orders=(SECOND,))
    report = ingest_source(settings, "files")
    assert report.loads == ()
    assert order_of(settings) == former


def test_a_file_overwritten_in_place_arrives_anew_and_its_former_rows_stay(settings: Settings) -> None:
    copied(settings, "orders.csv", FIRST, "2,bob,2024-03-02,7")
    newest(settings)
    copied(settings, "orders.csv", SECOND)
    assert newest(settings) == [("1", 45.0), ("2", 7.0)]
    assert [arrival.arrival_number for arrival in order_of(settings)] == [1, 2]


def test_a_file_that_was_away_and_is_handed_in_again_arrives_anew(settings: Settings, tmp_path: Path) -> None:
    handed_in(settings, tmp_path / "given", orders_may=(FIRST,))
    handed_in(settings, tmp_path / "given", orders_fix=(SECOND,))
    assert newest(settings) == [("1", 45.0)]
    (settings.landing_of("files") / "orders_may.csv").unlink()
    handed_in(settings, tmp_path / "given", orders_may=(FIRST,))
    assert newest(settings) == [("1", 50.0)]
    settings.build_file("files").unlink()
    assert newest(settings) == [("1", 50.0)]


def test_a_file_copied_by_hand_before_a_hand_in_arrived_before_it(settings: Settings, tmp_path: Path) -> None:
    copied(settings, "orders_z.csv", FIRST)
    handed_in(settings, tmp_path / "given", orders=(SECOND,))
    assert newest(settings) == [("1", 45.0)]


def test_a_clock_set_back_does_no_harm(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(UTC) - timedelta(days=40)

    handed_in(settings, tmp_path / "given", orders=(FIRST,))
    newest(settings)
    with monkeypatch.context() as patched:
        for module in ("warehouse.landing.arrival.noting", "warehouse.loading.hand_in_loading"):
            patched.setattr(f"{module}.datetime", Earlier)
        handed_in(settings, tmp_path / "given", orders=(SECOND,))
        assert newest(settings) == [("1", 45.0)]
    settings.build_file("files").unlink()
    assert newest(settings) == [("1", 45.0)]


def test_a_lost_order_is_taken_from_the_build_file(settings: Settings, tmp_path: Path) -> None:
    for row in (SECOND, "1,ann,2024-03-01,46", FIRST):
        handed_in(settings, tmp_path / "given", orders=(row,))
    assert newest(settings) == [("1", 50.0)]
    former = [(one.arrival_number, one.name, one.given_name, one.sha256, one.hand_in) for one in order_of(settings)]
    (settings.landing_of("files") / ORDER_FILE).unlink()
    report = ingest_source(settings, "files")
    assert "3 files have their places from the warehouse" in report.notices[0]
    found = [(one.arrival_number, one.name, one.given_name, one.sha256, one.hand_in) for one in order_of(settings)]
    assert found == former
    settings.build_file("files").unlink()
    assert newest(settings) == [("1", 50.0)]


def test_without_a_build_file_the_names_decide_and_it_is_told(settings: Settings, tmp_path: Path) -> None:
    handed_in(settings, tmp_path / "given", orders=(FIRST,))
    handed_in(settings, tmp_path / "given", orders=(SECOND,))
    (settings.landing_of("files") / ORDER_FILE).unlink()
    report = ingest_source(settings, "files")
    assert "2 from the order of their names" in report.notices[0]
    assert newest(settings) == [("1", 45.0)]


def test_a_damaged_line_is_mended_and_nothing_moves_to_the_end(settings: Settings, tmp_path: Path) -> None:
    handed_in(settings, tmp_path / "given", orders=(FIRST,))
    handed_in(settings, tmp_path / "given", orders=(SECOND,))
    path = settings.landing_of("files") / ORDER_FILE
    lines = path.read_text().splitlines()
    path.write_text(lines[0][:40] + "\n" + lines[1] + "\n")
    report = ingest_source(settings, "files")
    assert "damaged in 1 lines" in report.notices[0]
    assert {one.arrival_number: one.name for one in order_of(settings)}[1] == "orders.csv"
    assert newest(settings) == [("1", 45.0)]


@pytest.mark.parametrize("damage", ["", "[]\n", '{"arrival_number": "x"}\n', "\x00\x01\n"])
def test_any_damage_is_mended(settings: Settings, damage: str) -> None:
    copied(settings, "orders.csv", FIRST)
    newest(settings)
    (settings.landing_of("files") / ORDER_FILE).write_text(damage)
    assert newest(settings) == [("1", 50.0)]
    assert [json.loads(line)["arrival_number"] for line in _lines(settings)] == [1]


def _lines(settings: Settings) -> list[str]:
    return (settings.landing_of("files") / ORDER_FILE).read_text().splitlines()


def test_files_of_an_earlier_release_take_the_places_in_which_they_were_loaded(tmp_path: Path) -> None:
    present = [Present("orders.csv", "a"), Present("orders--00000001.csv", "b"), Present("orders--00000002.csv", "c")]
    names = ("orders.csv", "orders--00000002.csv", "orders--00000001.csv")
    loaded = [Arrival(0, name, "orders.csv", "", "", "") for name in names]
    found = note_present(tmp_path, present, loaded)
    assert [(one.arrival_number, one.name, one.given_name) for one in found.known] == [
        (1, "orders.csv", "orders.csv"),
        (2, "orders--00000002.csv", "orders.csv"),
        (3, "orders--00000001.csv", "orders.csv"),
    ]


def test_a_rewritten_file_keeps_its_place_before_and_after(tmp_path: Path) -> None:
    note_present(tmp_path, [Present("a.csv", "old"), Present("b.csv", "other")])
    note_rewritten(tmp_path, "a.csv", "old", "new")
    for content in ("old", "new"):
        present = [Present("a.csv", content), Present("b.csv", "other")]
        found = note_present(tmp_path, present)
        assert [one.arrival_number for one in found.landed(present)] == [1, 2]
    assert found.known[0].former_sha256 == ""


def test_parts_of_a_full_export_arrive_together(tmp_path: Path) -> None:
    def given(**contents: str) -> list[Present]:
        return [Present(f"{name}.csv", content, "lines", f"{name}.csv") for name, content in contents.items()]

    note_hand_in(tmp_path, "monday", given(a="1", b="1"))
    note_hand_in(tmp_path, "tuesday", given(a="1", b="2"))
    note_hand_in(tmp_path, "wednesday", given(a="1", b="2"))
    note_hand_in(tmp_path, "thursday", given(a="1"))
    assert [(one.hand_in, one.name) for one in read_order(tmp_path)[0]] == [
        ("monday", "a.csv"),
        ("monday", "b.csv"),
        ("tuesday", "a.csv"),
        ("tuesday", "b.csv"),
        ("thursday", "a.csv"),
    ]


def _note(folder: Path, number: int) -> None:
    with landing_lock(folder):
        note_hand_in(folder, f"hand-in {number}", [Present(f"{number}.csv", str(number), "", f"{number}.csv")])


def test_many_at_once_do_not_tear_it(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_note, args=(tmp_path, number)) for number in range(12)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    known, damaged_count = read_order(tmp_path)
    assert damaged_count == 0
    assert [one.arrival_number for one in known] == list(range(1, 13))
    assert len({one.name for one in known}) == 12
