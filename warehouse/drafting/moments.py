"""How a column writes moments: with the year first, the day or the month first, as one number, or as seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.sql_text import literal, quoted

AS_IT_STANDS = "as it stands"
SECONDS, MILLISECONDS = "seconds since 1970", "milliseconds since 1970"
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S")
_DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y")
_MONTH_FIRST = ("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y", "%m/%d/%y", "%m.%d.%y", "%m-%d-%y")
_NAMED = ("%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y", "%d-%b-%y", "%b %d %Y", "%d/%b/%Y")
_COMPACT = ("%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%d%H%M")
_YEAR_FIRST = r"[12][0-9]{3}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T][0-9].*)?"
_LOOKS = r".*[0-9].*[-/. ,].*[0-9].*|(19|20)[0-9]{6,12}"
_SECONDS, _MILLISECONDS = r"(9|1[0-9])[0-9]{8}", r"(9|1[0-9])[0-9]{11}"
_ENOUGH = 0.9  # of the values


@dataclass(frozen=True)
class MomentForm:
    """How moments are written, and why it is thought so.

    Parameters
    ----------
    formats
        Of `strptime`; none where DuckDB reads the texts as they stand.
    share
        Of the values that can be read so.
    is_proven
        Whether no other order of day and month fits.
    """

    formats: tuple[str, ...]
    share: float
    is_proven: bool
    why: str

    def sql(self, text: str) -> str:
        """SQL of the moment as text with the year first; what does not fit stays as it is, and is refused."""
        if self.formats in ((SECONDS,), (MILLISECONDS,)):
            unit = "1000 * " if self.formats == (SECONDS,) else ""
            return f"coalesce(epoch_ms({unit}try_cast({text} as bigint))::varchar, {text})"
        if not self.formats:
            return text
        listed = ", ".join(map(literal, self.formats))
        return f"coalesce(try_strptime({text}, [{listed}])::varchar, {text})"


def moment_form(
    connection: duckdb.DuckDBPyConnection, relation: str, column: str, named_like_moment: bool
) -> MomentForm | None:
    """Find how a column of texts writes moments; None where it holds none.

    Parameters
    ----------
    named_like_moment
        Whether the column's name speaks of a time: numbers alone are moments only then.
    """
    text = f"trim({quoted(column)})"
    filled, year_first, looks, seconds, milliseconds = one_row(
        connection,
        f"select count({text}), {_matches(text, _YEAR_FIRST)}, {_matches(text, _LOOKS)}, {_matches(text, _SECONDS)}, "
        f"{_matches(text, _MILLISECONDS)} from {relation} where {text} <> ''",
    )
    if not filled:
        return None
    if year_first >= _ENOUGH * filled:
        return MomentForm((), year_first / filled, True, "the year stands first")
    for count, name in ((seconds, SECONDS), (milliseconds, MILLISECONDS)):
        if named_like_moment and count >= _ENOUGH * filled:
            return MomentForm((name,), count / filled, True, f"numbers of the size of {name}")
    return _by_format(connection, relation, text, filled) if looks >= _ENOUGH * filled else None


def _by_format(connection: duckdb.DuckDBPyConnection, relation: str, text: str, filled: int) -> MomentForm | None:
    day, month, rest = (
        _read_counts(connection, relation, text, dates) for dates in (_DAY_FIRST, _MONTH_FIRST, (*_NAMED, *_COMPACT))
    )
    best = max(sum(day.values()), sum(month.values()), sum(rest.values()))
    if best < _ENOUGH * filled:
        return None
    if sum(rest.values()) == best:
        return MomentForm(tuple(rest), best / filled, True, "the month has its name, or the digits their places")
    if sum(day.values()) != sum(month.values()):
        is_day = sum(day.values()) == best
        why = f"{'day' if is_day else 'month'} first: other values could not be read with the other first"
        return MomentForm(tuple(day if is_day else month), best / filled, True, why)
    return _of_either(day, month, best / filled, partial(_steps_back, connection, relation, text))


def _of_either(
    day: dict[str, int], month: dict[str, int], share: float, steps_back: Callable[[tuple[str, ...]], int]
) -> MomentForm:
    """Every value can be read either way: marks and the order of the rows have to tell."""
    if any("%p" in one for one in month):
        return MomentForm(tuple(month), share, False, "month first, because hours are written with AM and PM")
    steps = [steps_back(tuple(formats)) for formats in (day, month)]
    if steps[0] != steps[1]:
        is_day = steps[0] < steps[1]
        why = f"{'day' if is_day else 'month'} first, because so the rows are nearer to the order of time"
        return MomentForm(tuple(day if is_day else month), share, False, why)
    return MomentForm(tuple(day), share, False, "day first, by nothing but custom: no value tells")


def _read_counts(
    connection: duckdb.DuckDBPyConnection, relation: str, text: str, dates: Sequence[str]
) -> dict[str, int]:
    """Formats that some values fit, with how many fit none of those before."""
    formats = [date + time for date in dates for time in _TIMES]
    distinct = f"(select {text} as moment, count(*) as weight from {relation} where {text} <> '' group by all)"
    cases = " ".join(f"when try_strptime(moment, {literal(one)}) is not null then {literal(one)}" for one in formats)
    query = f"select case {cases} end as format, sum(weight)::bigint from {distinct} group by all"
    found = dict(connection.execute(query).fetchall())
    return {one: found[one] for one in formats if one in found}


def _steps_back(connection: duckdb.DuckDBPyConnection, relation: str, text: str, formats: tuple[str, ...]) -> int:
    """How often a row is earlier than the one before, or later, whichever is rarer."""
    listed = ", ".join(map(literal, formats))
    read = f"try_strptime({text}, [{listed}])"
    earlier, later = one_row(
        connection,
        "select count(*) filter (where read_as < read_before), count(*) filter (where read_as > read_before) from ("
        f"select {read} as read_as, lag({read}) over (order by _row_number) as read_before from {relation})",
    )
    return min(earlier, later)


def _matches(text: str, pattern: str) -> str:
    return f"count(*) filter (where regexp_full_match({text}, {literal(pattern)}))"
