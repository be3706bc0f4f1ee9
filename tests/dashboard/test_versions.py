"""Reading a version: the file that is there now, though another one was read under the same name a moment ago."""

from __future__ import annotations

import duckdb

from dashboard.base.versions import Reader, file_state
from warehouse.base.settings import Settings
from warehouse.publishing.published_versions import folder_of

VERSION = "20260701T000000000000-shop"


def write(settings: Settings, customer: str) -> None:
    """Put a file in place as an erasure does: another one under the same name."""
    folder = folder_of(settings, VERSION)
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "made.duckdb"
    with duckdb.connect(str(made)) as connection:
        connection.execute("create schema marts; create table marts.people (customer_id varchar)")
        connection.execute("insert into marts.people values (?)", [customer])
    made.replace(folder / "clientele.duckdb")


def people(reader: Reader) -> list[tuple]:
    return reader.cursor().execute("select customer_id from marts.people").fetchall()


def test_a_rewritten_version_is_read_anew_while_the_former_file_is_open(settings: Settings) -> None:
    write(settings, "erased later")
    before, former = file_state(settings, VERSION), Reader(settings, VERSION)
    assert people(former) == [("erased later",)]
    write(settings, "someone else")
    assert file_state(settings, VERSION) != before
    assert people(Reader(settings, VERSION)) == [("someone else",)]
