"""Values of a database as the text that files have of them, and the cursor that says how far a table was read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

NESTED = frozenset({dict, list})
AS_IS = frozenset({str, type(None)})
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


def value_text(value: Any) -> str | None:
    """A value as text; lists and structures as JSON, bytes that are no text in hexadecimal digits.

    >>> value_text(Decimal("12.30")), value_text(True), value_text(datetime(2024, 5, 1, 10)), value_text(b"\\xff")
    ('12.30', 'true', '2024-05-01 10:00:00', 'ff')
    """
    if value is None or isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    return next((text(value) for kinds, text in _TEXTS if isinstance(value, kinds)), str(value))


def cursor_state(value: Any) -> dict[str, str]:
    """A cursor's value as it is kept in a file.

    Raises
    ------
    ValueError
        If it is neither a time, nor a number, nor text.

    >>> cursor_state(7), cursor_state(date(2024, 5, 1))
    ({'type': 'int', 'value': '7'}, {'type': 'date', 'value': '2024-05-01'})
    """
    kinds = (datetime, date, int, float, Decimal, str)
    kind = next((kind for kind in kinds if isinstance(value, kind)), None)
    if kind is None or isinstance(value, bool):
        raise ValueError(type(value).__name__)
    return {"type": kind.__name__, "value": value.isoformat() if isinstance(value, date) else str(value)}


def cursor_value(state: Mapping[str, str]) -> Any:
    """What was kept; ValueError if it cannot be read.

    >>> cursor_value({"type": "datetime", "value": "2024-05-01T10:00:00"})
    datetime.datetime(2024, 5, 1, 10, 0)
    """
    readers = {
        "datetime": datetime.fromisoformat,
        "date": date.fromisoformat,
        "int": int,
        "float": float,
        "Decimal": Decimal,
        "str": str,
    }
    return readers[state["type"]](state["value"])


def moved_back(value: Any, overlap: float) -> Any:
    """A cursor's value so much earlier: seconds of a time, units of a number.

    Raises
    ------
    ValueError
        If it is text that is no time.

    >>> moved_back("2024-05-01 10:00:00.5", 60), moved_back(7, 2), moved_back(date(2024, 5, 1), 60)
    ('2024-05-01 09:59:00', 5, datetime.date(2024, 4, 30))
    """
    if not overlap:
        return value
    if isinstance(value, datetime):
        return value - timedelta(seconds=overlap)
    if isinstance(value, date):
        return value - timedelta(days=-(-overlap // 86_400))
    if isinstance(value, str):  # as SQLite keeps times: compared from left to right, and so cut to seconds
        return _as_written(datetime.fromisoformat(value) - timedelta(seconds=overlap), value)
    return value - type(value)(-(-overlap // 1) if isinstance(value, int) else overlap)


def not_in_future(value: Any) -> Any:
    """A time that has not come yet as the present one; any other value as it is.

    Times without a zone count as UTC: of a shop that is ahead of it, the last hours are read again until they are past.

    >>> not_in_future(7), not_in_future("word"), not_in_future("2024-05-01"), not_in_future("2999-01-01") < "2999"
    (7, 'word', '2024-05-01', True)
    """
    now = datetime.now(UTC)
    if isinstance(value, datetime):
        present = now if value.tzinfo else now.replace(tzinfo=None)
        return min(value, present)
    if isinstance(value, date):
        return min(value, now.date())
    if not isinstance(value, str):
        return value
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return value
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return _as_written(now, value) if aware > now else value


def _as_written(moment: datetime, pattern: str) -> str:
    """A time as another one is written, cut to seconds and without a zone."""
    return moment.strftime(_TIMES["T" in pattern])


def _bytes_text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=value_text)


# The first that fits; a date and time is a date, too.
_TEXTS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (bool, lambda value: "true" if value else "false"),
    (Decimal, lambda value: format(value, "f")),
    (datetime, lambda value: value.isoformat(sep=" ")),
    ((date, time), lambda value: value.isoformat()),
    ((dict, list), _json),
    ((bytes, bytearray, memoryview), lambda value: _bytes_text(bytes(value))),
)
