"""JSON that is read piece by piece gives what Python's own parser gives of the whole, wherever it is cut."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from warehouse.base.errors import LandingError
from warehouse.files.text_parquet import NoRow
from warehouse.unpacking.json_values import json_items


def blocks(text: str, size: int) -> Iterator[bytes]:
    content = text.encode()
    return (content[at : at + size] for at in range(0, len(content), size))


def some_value(chance: random.Random, depth: int = 0) -> Any:
    kinds = "nbisS" if depth > 2 else "nbisSlod"
    match chance.choice(kinds):
        case "n":
            return None
        case "b":
            return chance.random() < 0.5
        case "i":
            return chance.randrange(-999, 10**12)
        case "s" | "S":
            return "".join(chance.choice('aé€😀"\\\n,:[]{} ') for _ in range(chance.randrange(6)))
        case "l":
            return [some_value(chance, depth + 1) for _ in range(chance.randrange(4))]
        case _:
            return {f"k{number}": some_value(chance, depth + 1) for number in range(chance.randrange(4))}


def plain(value: Any) -> Any:
    """Numbers as texts, as they are read."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize("seed", range(60))
def test_pieces_give_what_the_whole_gives(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    records = [some_value(chance) for _ in range(chance.randrange(5))]
    options = {"ensure_ascii": chance.random() < 0.5, "indent": chance.choice([None, 1])}
    size = chance.choice([1, 2, 3, 7, 1000])
    expected = plain(records)
    assert list(json_items("x", blocks(json.dumps(records, **options), size))) == expected
    inside = json.dumps({"a": some_value(chance), "data": records, "z": 1}, **options)
    assert list(json_items("x", blocks(inside, size), "data")) == expected
    lines = "\n".join(json.dumps(record) for record in records)
    assert list(json_items("x", blocks(lines, size), are_lines=True)) == expected


@pytest.mark.parametrize("seed", range(40))
def test_a_list_that_is_cut_anywhere_is_refused(seed: int) -> None:
    """Never taken for a shorter one."""
    chance = random.Random(seed)  # noqa: S311
    text = json.dumps([{"a": some_value(chance)} for _ in range(3)])
    cut = text[: chance.randrange(1, len(text))]
    with pytest.raises(LandingError, match="is not JSON that can be read"):
        list(json_items("x", blocks(cut, chance.choice([1, 5, 1000]))))


def test_a_line_that_is_cut_costs_that_line_only() -> None:
    items = list(json_items("x", blocks('{"a": 1}\n{"a": 2\n{"a": 3}\n{"a', 3), are_lines=True))
    assert [isinstance(item, NoRow) for item in items] == [False, True, False, True]
