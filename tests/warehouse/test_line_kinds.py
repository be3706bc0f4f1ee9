"""A source's list of codes that are no goods, and how it reaches the build file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from warehouse.base.errors import SourceError
from warehouse.base.settings import Settings
from warehouse.marts.increments import definitions_sha256
from warehouse.source_definitions.folders import source_names
from warehouse.source_definitions.in_build_file import (
    SourceDefinitions,
    read_source_definitions,
    write_source_definitions,
)
from warehouse.source_definitions.line_kinds import LineKind, read_line_kinds

HEADER = "code_pattern,line_kind,pseudo_product_kind,description\n"


def _list(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    (folder / "line_kinds.csv").write_text(text, encoding=encoding)
    return folder


def test_a_source_without_a_list_has_no_kinds(tmp_path: Path) -> None:
    assert read_line_kinds(tmp_path) == ()


def test_patterns_are_read_in_capitals_and_empty_cells_are_nothing(tmp_path: Path) -> None:
    folder = _list(tmp_path, HEADER + "freight%,shipping,,\nTIP,tip,waiter,For the waiter\n")
    assert read_line_kinds(folder) == (
        LineKind("FREIGHT%", "shipping", None, None),
        LineKind("TIP", "tip", "waiter", "For the waiter"),
    )


def test_a_list_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    folder = _list(tmp_path, "code_pattern;line_kind\nTIP;tip\n", encoding="utf-8-sig")
    assert read_line_kinds(folder) == (LineKind("TIP", "tip", None, None),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEADER + "TIP,tip,,\nBOX,wrapping,,\n", r"line_kinds\.csv, line 3: 'wrapping'(.|\n)*Allowed are goods, ship"),
        (HEADER + "TIP,tip,,\ntip,fee,,\n", "line 3: the pattern 'TIP' stands already in line 2"),
        (HEADER + ",tip,,\n", "line 2: the code_pattern is empty"),
        (HEADER + "TIP,tip,,For a waiter, or two\n", "line 2 has another number of fields"),
        ("code,line_kind\nTIP,tip\n", "line 1: the header lacks the column code_pattern"),
        ("code_pattern,line_kind,colour\nTIP,tip,red\n", "unknown column colour"),
    ],
)
def test_a_wrong_list_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read_line_kinds(_list(tmp_path, text))


def test_the_definitions_of_a_source_replace_the_former_ones() -> None:
    former = SourceDefinitions("EUR", "heads", (LineKind("TIP", "tip", None, None),))
    newer = SourceDefinitions(None, "lines", (LineKind("BOX", "fee", "wrapping", "A box"),))
    with duckdb.connect() as connection:
        write_source_definitions(connection, former)
        write_source_definitions(connection, newer)
        assert connection.execute("from state.source_settings").fetchall() == [(None, "lines", [], [])]
        assert connection.execute("from state.line_kinds").fetchall() == [("BOX", "fee", "wrapping", "A box")]


def test_another_list_makes_everything_be_built_anew(tmp_path: Path) -> None:
    def name_with(kind: str) -> str:
        kinds = read_line_kinds(_list(tmp_path, HEADER + f"TIP,{kind},,\n"))
        return definitions_sha256({"source": SourceDefinitions(line_kinds=kinds).as_dict()})

    assert name_with("tip") != name_with("fee")
    assert name_with("tip") == name_with("tip")


def test_the_shipped_lists_are_right_and_serve_one_source_each() -> None:
    kinds = {name: read_source_definitions(Settings(), name).line_kinds for name in source_names(Settings())}
    by_code = {kind.code_pattern: kind.line_kind for kind in kinds["online_retail_ii"]}
    assert by_code["POST"] == "shipping"
    assert by_code["M"] == "adjustment"
    assert [kind.code_pattern for kind in kinds["sample_shop"]] == ["POST"]
    assert kinds["files"] == ()
