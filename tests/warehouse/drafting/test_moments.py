"""How moments are written: proven by a value, told by the order of the rows, or by custom alone."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from warehouse.drafting.moments import MILLISECONDS, SECONDS, MomentForm, moment_form


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def form_of(connection: duckdb.DuckDBPyConnection, *values: str, named: bool = True) -> MomentForm | None:
    connection.execute("create or replace table given (_row_number bigint, moment varchar)")
    connection.executemany("insert into given values (?, ?)", list(enumerate(values, start=1)))
    return moment_form(connection, "given", "moment", named)


def read(connection: duckdb.DuckDBPyConnection, form: MomentForm, value: str) -> str:
    [(found,)] = connection.execute(f"select {form.sql('$value')}", {"value": value}).fetchall()
    return found


@pytest.mark.parametrize(
    ("values", "value", "meant", "is_proven"),
    [
        (["25/12/2023", "01/02/2024"], "03/04/2024", "2024-04-03 00:00:00", True),
        (["12/25/2023 8:26", "1/2/2024 14:05"], "3/4/2024 9:00", "2024-03-04 09:00:00", True),
        (["1/2/2024 8:26 AM", "1/3/2024 2:05 PM"], "3/4/2024 2:00 PM", "2024-03-04 14:00:00", False),
        (["01.02.2024", "02.02.2024", "03.02.2024", "01.03.2024"], "03.04.2024", "2024-04-03 00:00:00", False),
        (["01/02/2024", "01/05/2024", "02/01/2024", "03/01/2024"], "03/04/2024", "2024-03-04 00:00:00", False),
        (["20240131", "20240201"], "20240304", "2024-03-04 00:00:00", True),
        (["31-Jan-2024", "1-Feb-2024"], "4-Mar-2024", "2024-03-04 00:00:00", True),
        (["Jan 31, 2024", "Feb 1, 2024"], "Mar 4, 2024", "2024-03-04 00:00:00", True),
    ],
)
def test_written_forms(
    connection: duckdb.DuckDBPyConnection, values: list[str], value: str, meant: str, is_proven: bool
) -> None:
    form = form_of(connection, *values)
    assert form is not None
    assert (read(connection, form, value), form.is_proven) == (meant, is_proven)


def test_numbers_are_moments_only_where_the_name_says_so(connection: duckdb.DuckDBPyConnection) -> None:
    seconds, milliseconds = form_of(connection, "1700000000"), form_of(connection, "1700000000000")
    assert seconds and milliseconds
    assert (seconds.formats, milliseconds.formats) == ((SECONDS,), (MILLISECONDS,))
    assert read(connection, seconds, "1700000000") == read(connection, milliseconds, "1700000000000")
    assert read(connection, seconds, "1700000000") == "2023-11-14 22:13:20"
    assert form_of(connection, "1700000000", named=False) is None


def test_other_texts_are_none_and_what_does_not_fit_stays(connection: duckdb.DuckDBPyConnection) -> None:
    assert form_of(connection, "12", "A-1", "Berlin") is None
    form = form_of(connection, *["31/12/2024"] * 19, "soon")
    assert form is not None
    assert (form.share, read(connection, form, "soon")) == (0.95, "soon")
