"""JSON as it is handed in, whole and broken."""

from __future__ import annotations

import json

from tests.broken_inputs.case import Case, order, orders

GROUP = "JSON, handed in"
_GOOD = {"order_id": 1, "customer_id": "a", "ordered_at": "2024-05-01 10:00:00", "order_amount": 1.5}
_HELD = ("order_id, customer_id, ordered_at::varchar, order_amount::double", [("1", "a", "2024-05-01 10:00:00", 1.5)])

_DOCUMENTS = (
    (
        "list",
        "a list of objects",
        json.dumps([_GOOD]),
        {"loaded": 1, "landed_name": "orders.json/orders.parquet", "holds": _HELD},
    ),
    ("list_bom_utf16", "in UTF-16", json.dumps([_GOOD]).encode("utf-16"), {"loaded": 1}),
    (
        "lines_in_json",
        "an object a line",
        "\n".join(json.dumps(_GOOD | {"order_id": number}) for number in (1, 2)),
        {"loaded": 2},
    ),
    ("one_object", "one object over several lines", json.dumps(_GOOD, indent=1), {"loaded": 1}),
    (
        "keys_differ",
        "keys that not all objects have",
        json.dumps([{"order_id": 1, "ordered_at": "2024-05-01"}, _GOOD | {"order_id": 2}]),
        {"loaded": 2},
    ),
    (
        "digits",
        "numbers stay as they are written",
        '[{"order_id": 9007199254740993, "ordered_at": "2024-05-01", "order_amount": 1.10}]',
        {"loaded": 1, "landed_name": "orders.json/orders.parquet", "holds": ("order_id", [("9007199254740993",)])},
    ),
    (
        "key_twice",
        "an object with a key twice",
        '[{"order_id": 1, "order_id": 2, "ordered_at": "2024-05-01"},' + json.dumps(_GOOD) + "]",
        {"loaded": 1, "quarantined": 1, "reasons": ("the key order_id stands twice",)},
    ),
    (
        "no_object",
        "an element that is no object",
        "[7, [1], null, " + json.dumps(_GOOD) + "]",
        {"loaded": 1, "quarantined": 3, "reasons": ("is no object with keys and values",)},
    ),
    (
        "nested_used",
        "a structure in a column of the contract",
        json.dumps([_GOOD | {"customer_id": {"id": 7}}]),
        {"refused": "customer_id holds lists or structures"},
    ),
    ("nested_unused", "a structure in another column: ignored", json.dumps([_GOOD | {"tags": ["new"]}]), {"loaded": 1}),
    (
        "null_character",
        "a null character",
        json.dumps([_GOOD | {"customer_id": "a\x00b"}]),
        {"quarantined": 1, "reasons": ("customer_id: holds the character U+0000",)},
    ),
    (
        "half_character",
        "half of a character",
        '[{"order_id": "1", "customer_id": "\\ud83d", "ordered_at": "2024-05-01"}]',
        {"quarantined": 1, "reasons": ("customer_id: bytes that are not UTF-8",)},
    ),
    (
        "list_cut",
        "a list that is cut short",
        json.dumps([_GOOD, _GOOD])[:-20],
        {"refused": "not JSON that can be read, after record 1"},
    ),
    (
        "list_goes_wrong",
        "a list with a word in it that is no JSON",
        "[" + json.dumps(_GOOD) + ", oops]",
        {"refused": "not JSON that can be read, after record 1"},
    ),
    ("too_deep", "nested without end", "[" * 100_000, {"refused": "not JSON that can be read"}),
    ("no_json", "no JSON at all", orders(order()), {"refused": "not JSON that can be read, after record 0"}),
    ("nothing", "nothing but blanks", " \n ", {}),
    ("empty_list", "an empty list", "[]", {}),
)
_LINES = (
    ("lines", "an object a line, as .jsonl", json.dumps(_GOOD) + "\n\n", {"loaded": 1}),
    (
        "line_broken",
        "a line that is not JSON",
        json.dumps(_GOOD) + '\n{"order_id": 2,\n',
        {"loaded": 1, "quarantined": 1, "reasons": ("record 2 is not JSON",)},
    ),
    (
        "line_cut",
        "the last line is cut short",
        json.dumps(_GOOD) + '\n{"order_id": 2, "ord',
        {"loaded": 1, "quarantined": 1, "reasons": ("record 2 is not JSON",)},
    ),
)
CASES = tuple(
    Case(name, GROUP, what, content, file_name=file_name, handed_in=True, **outcome)
    for file_name, cases in (("orders.json", _DOCUMENTS), ("orders.jsonl", _LINES))
    for name, what, content, outcome in cases
)
