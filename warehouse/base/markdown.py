r"""Markdown in which a value is read as it is: none of its signs becomes a link, a tag, code or another cell.

Whatever comes out of a file, or may quote one, goes through `plain` or `table` before it stands in a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

# Signs that begin emphasis, code, links, strike-through or a cell; an underscore only does beside a word, not in it.
_SIGNS = re.compile(r"[\\`*\[\]|~]|(?<![^\W_])_|_(?![^\W_])")
# What a line may begin with to be a heading, a list, a quotation or a rule.
_FIRST_SIGNS = re.compile(r"^(?=[#=>]|[+-](?:\s|$)|--)|^(\d+)(?=[.)](?:\s|$))")
# As entities, so that nobody has to trust the escaping of whoever shows the page.
_TAG = re.compile(r"<(?=[a-z/!?])", re.IGNORECASE)
_ENTITY = re.compile(r"&(?=#?\w+;)")
# Addresses become links without any sign around them, unless something that nobody sees stands in them.
_ADDRESS = re.compile(r":(?=//)|(?<=\w)@(?=\w)|\bwww(?=\.)|\b(?:mailto|xmpp):", re.IGNORECASE)
_UNSEEN = "&#8288;"


def plain(value: Any) -> str:
    r"""The value as one line of Markdown that shows nothing but the value.

    >>> print(plain("<b>5 | 6</b> [here](x)"))
    &lt;b>5 \| 6&lt;/b> \[here\](x)
    >>> plain("days_since_last_order"), plain(1234), plain(None)
    ('days_since_last_order', '1,234', '')
    """
    if value is None:
        return ""
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if is_number:
        return f"{value:,}"
    text = " ".join(str(value).split())
    escaped = _SIGNS.sub(r"\\\g<0>", _TAG.sub("&lt;", _ENTITY.sub("&amp;", text)))
    escaped = _ADDRESS.sub(rf"\g<0>{_UNSEEN}", escaped)
    return _FIRST_SIGNS.sub(lambda found: f"{found[1] or ''}\\", escaped)


def table(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> list[str]:
    """The lines of a table whose cells are values."""
    return [_row(head), "|" + "---|" * len(head), *(_row(row) for row in rows)]


def _row(cells: Sequence[Any]) -> str:
    return f"| {' | '.join(plain(cell) for cell in cells)} |"
