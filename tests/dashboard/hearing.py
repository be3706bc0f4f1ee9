"""What a screen reader is told of a page, as the browser's tree for assistive programs has it; and what it misses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

# What somebody operates or reads as a whole must have a name.
_NAMED = {
    *("button", "checkbox", "combobox", "link", "listbox", "menuitem", "radio", "searchbox", "slider", "spinbutton"),
    *("switch", "tab", "textbox", "graphics-document", "image", "img"),
}
_TABLES = {"grid", "table", "treegrid"}


def missed(nodes: list[dict[str, Any]]) -> list[str]:
    """Return what is wrong for who hears a page.

    Parameters
    ----------
    nodes
        Of Chrome's ``Accessibility.getFullAXTree``.

    Returns
    -------
    list
        Controls and pictures without a name, tables that neither have one nor lie in a region that has, and headings
        that leave out a level.
    """
    by_id = {node["nodeId"]: node for node in nodes}
    heard = [node for node in nodes if not node.get("ignored")]
    wrong = [f"a {_role(node)} without a name" for node in heard if _role(node) in _NAMED and not _name(node)]
    wrong += [
        "a table that does not say what it shows"
        for node in heard
        if _role(node) in _TABLES and not any(_names_a_table(one) for one in _upwards(node, by_id))
    ]
    levels = [level for node in heard if _role(node) == "heading" for level in _levels(node)]
    wrong += [
        f"a heading of level {then} after one of level {now}" for now, then in pairwise([0, *levels]) if then > now + 1
    ]
    return wrong if levels else [*wrong, "no heading"]


def _role(node: dict[str, Any]) -> str:
    return str(node.get("role", {}).get("value", ""))


def _name(node: dict[str, Any]) -> str:
    return str(node.get("name", {}).get("value", "")).strip()


def _levels(node: dict[str, Any]) -> list[int]:
    return [int(one["value"]["value"]) for one in node.get("properties", ()) if one["name"] == "level"]


def _names_a_table(node: dict[str, Any]) -> bool:
    return _role(node) in {*_TABLES, "region"} and bool(_name(node))


def _upwards(node: dict[str, Any] | None, by_id: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The node, what it lies in, and so on."""
    while node is not None:
        yield node
        node = by_id.get(node.get("parentId", ""))
