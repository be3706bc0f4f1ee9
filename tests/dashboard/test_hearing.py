"""What the browser's tree of a page gives away of what a screen reader misses."""

from __future__ import annotations

from typing import Any

from tests.dashboard.hearing import missed


def node(number: int, role: str, name: str = "", parent: int = 0, level: int | None = None) -> dict[str, Any]:
    """A node as Chrome tells of it."""
    properties = [] if level is None else [{"name": "level", "value": {"type": "integer", "value": level}}]
    return {
        "nodeId": str(number),
        "parentId": str(parent),
        "ignored": False,
        "role": {"value": role},
        "name": {"value": name},
        "properties": properties,
    }


TITLE = node(1, "heading", "Trust", level=1)


def test_a_page_whose_parts_have_names_misses_nothing() -> None:
    named = [TITLE, node(2, "heading", "Files", level=2), node(3, "button", "Help"), node(4, "image", "From 1 to 2")]
    table = [node(5, "region", "Which files?"), node(6, "generic", parent=5), node(7, "grid", parent=6)]
    assert missed([*named, *table]) == []


def test_what_is_operated_without_a_name_is_missed() -> None:
    assert missed([TITLE, node(2, "slider", "  "), node(3, "graphics-document")]) == [
        "a slider without a name",
        "a graphics-document without a name",
    ]
    hidden = {**node(2, "button"), "ignored": True}
    assert missed([TITLE, hidden]) == []


def test_a_table_that_nothing_names_is_missed() -> None:
    assert missed([TITLE, node(2, "region"), node(3, "grid", parent=2)]) == ["a table that does not say what it shows"]


def test_headings_go_down_by_one_level() -> None:
    assert missed([TITLE, node(2, "heading", "a", level=3)]) == ["a heading of level 3 after one of level 1"]
    assert missed([node(1, "heading", "a", level=2)]) == ["a heading of level 2 after one of level 0"]
    assert missed([node(1, "button", "a")]) == ["no heading"]
