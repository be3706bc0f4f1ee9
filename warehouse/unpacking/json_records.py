"""JSON as records of text: a list of objects, a member that is such a list, or an object a line.

Numbers stay as they are written, and lists and structures become their JSON. Memory does not grow with the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from warehouse.files.csv_header import checked_columns
from warehouse.files.packing import PACKED_SUFFIXES
from warehouse.files.text_parquet import NoRow, Record, Records
from warehouse.unpacking.json_values import Number, Twice, json_items

JSON_SUFFIXES = tuple(
    f"{suffix}{packed}" for suffix in (".json", ".jsonl", ".ndjson") for packed in ("", *PACKED_SUFFIXES)
)
_SHOWN_CHARACTERS = 100_000


def json_records(
    name: str, blocks: Callable[[], Iterator[bytes]], member: str = "", *, are_lines: bool = False
) -> Records:
    """The objects of a document; its columns are the keys of all of them, in order of appearance.

    What is no object, or has a key twice, is no row; in a file of lines, neither is a line that is not JSON.

    Parameters
    ----------
    blocks
        Gives the file's UTF-8 bytes, from the start each time: it is read twice.
    member
        Which member of the document holds the list; empty: the document is the list.
    are_lines
        Whether each line is a record; else the beginning of the document says it.

    Raises
    ------
    LandingError
        If the document as a whole is not JSON, or lacks the member.
    """
    keys: dict[str, None] = {}
    nested: dict[str, None] = {}
    for item in json_items(name, blocks(), member, are_lines=are_lines):
        if isinstance(item, dict):
            keys.update(dict.fromkeys(item))
            nested.update(dict.fromkeys(key for key, value in item.items() if isinstance(value, dict | list)))
    columns = checked_columns(name, tuple(keys))
    named = dict(zip(keys, columns, strict=True))

    def rows() -> Iterator[Record]:
        for item in json_items(name, blocks(), member, are_lines=are_lines):
            yield [_text(item.get(key)) for key in named] if isinstance(item, dict) else _no_row(item)

    return Records(columns, rows, tuple(named[key] for key in nested))


def _no_row(item: object) -> NoRow:
    if isinstance(item, NoRow):
        return item
    if isinstance(item, Twice):
        return NoRow(f"the key {item.key} stands twice", item.content[:_SHOWN_CHARACTERS])
    return NoRow("is no object with keys and values", _json(item)[:_SHOWN_CHARACTERS])


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):  # numbers are texts of a kind of their own
        return value
    return _json(value)


def _json(value: object) -> str:
    """The value as JSON again, numbers as they were written."""
    match value:
        case dict():
            return (
                "{"
                + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {_json(one)}" for key, one in value.items())
                + "}"
            )
        case list():
            return "[" + ", ".join(map(_json, value)) + "]"
        case Number():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False)
