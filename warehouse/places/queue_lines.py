"""Records of a queue as lines of JSON: one record a line, whatever it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping

_LINE_ENDS = str.maketrans({"\n": " ", "\r": " ", "\x0b": " ", "\x0c": " ", "\x85": " ", "\u2028": " ", "\u2029": " "})
_NOTHING = "null"  # no object: the record is counted, and kept out


def line_of(value: bytes | None) -> str:
    r"""A record that is JSON, on one line; what is none stays as it is, to be kept out with the reason.

    Within JSON's texts, line ends are written as \n; outside of them they mean nothing.

    >>> line_of(b'{"a":\n 1}')
    '{"a":  1}'
    >>> line_of(None)
    'null'
    """
    text = (value or b"").decode("utf-8", "replace").translate(_LINE_ENDS).strip().strip("\ufeff")
    return text or _NOTHING


def line_of_fields(fields: Mapping[bytes, bytes]) -> str:
    """An entry's fields as an object; a single field that holds an object is the record itself.

    >>> line_of_fields({b"order_id": b"1", b"order_amount": b"2.50"})
    '{"order_id": "1", "order_amount": "2.50"}'
    >>> line_of_fields({b"record": b'{"order_id": 1}'})
    '{"order_id": 1}'
    """
    if len(fields) == 1:
        [only] = fields.values()
        if only.lstrip().startswith(b"{"):
            return line_of(only)
    texts = {name.decode("utf-8", "replace"): value.decode("utf-8", "replace") for name, value in fields.items()}
    return json.dumps(texts, ensure_ascii=False).translate(_LINE_ENDS)
