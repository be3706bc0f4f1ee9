"""What the values of a column look like, counted over a sample of its file."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from warehouse.base.rows import as_dicts
from warehouse.base.sql_text import literal, quoted
from warehouse.drafting.moments import MomentForm, moment_form
from warehouse.drafting.vocabulary import vocabulary, words_of
from warehouse.tables.contract import load_contract

FEW = 40  # so many different words are looked at one by one
_NUMBER = (
    r"[+-]?[$€£¥₹]? ?[+-]?([0-9]+|[0-9]{1,3}([.,' \x{A0}][0-9]{3})+)([.,][0-9]*)?( ?[$€£¥₹])?"
    r"|\([0-9.,]+\)|[+-]?[.,][0-9]+"
)
_SIGNED_MONEY = r".*[$€£¥₹].*"
_WHOLE = r"[+-]?[0-9]+(\.0+)?"
_MAIL = r"[^@\s]+@[^@\s]+\.[^@\s.]+"
_CURRENCY = r"[A-Za-z]{3}"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( ?[AaPp][Mm])?"
_GENDERS = ("male", "female", "m", "f", "man", "woman", "w", "other", "diverse", "x")
_MOMENTS = ("ordered_at", "occurred_at", "given_at", "started_at", "birth_date", "registered_at")
_MOMENT_WORDS = {
    *("date", "time", "day", "at", "on", "datum", "fecha", "created", "timestamp", "since", "start", "end", "data"),
}


@dataclass(frozen=True)
class Profile:
    """One column of a file, as its sample shows it.

    Shares are of the values that are not blank.
    """

    name: str
    position: int
    row_count: int
    filled_count: int
    distinct_count: int
    number_share: float
    whole_share: float
    money_sign_share: float
    mail_share: float
    currency_share: float
    gender_share: float
    yes_no_share: float
    clock_share: float  # times of day without a date
    mean_length: float
    least: float | None  # of the numbers
    middle: float | None
    greatest: float | None
    negative_share: float
    moment: MomentForm | None
    few_values: tuple[str, ...] = field(default=())  # all of them, most frequent first, where they are few

    @property
    def filled_share(self) -> float:
        return self.filled_count / self.row_count if self.row_count else 0.0

    @property
    def distinct_share(self) -> float:
        return self.distinct_count / self.filled_count if self.filled_count else 0.0

    @property
    def is_key(self) -> bool:
        """Whether each row has a value of its own."""
        return self.filled_count == self.row_count > 0 and self.distinct_count == self.filled_count


def profile_columns(connection: duckdb.DuckDBPyConnection, relation: str, columns: tuple[str, ...]) -> list[Profile]:
    """Look at each column of a relation of texts with `_row_number`."""
    return [_profile(connection, relation, name, position) for position, name in enumerate(columns)]


def _profile(connection: duckdb.DuckDBPyConnection, relation: str, name: str, position: int) -> Profile:
    text = f"trim({quoted(name)})"
    listed = ", ".join(f"{sql} as {counted}" for counted, sql in _counted(text).items())
    [found] = as_dicts(connection.execute(f"select {listed} from {relation}"))
    moment = moment_form(connection, relation, name, _is_named_like_moment(name))
    few = _few_values(connection, relation, text) if found["distinct_count"] <= FEW else ()
    return Profile(name=name, position=position, moment=moment, few_values=few, **found)


def _counted(text: str) -> dict[str, str]:
    """Aggregates by the names of a profile."""
    number = f"try_cast(replace(regexp_replace({text}, '[$€£¥₹ ]', '', 'g'), ',', '.') as double)"
    contract = load_contract()
    return {
        "row_count": "count(*)",
        "filled_count": f"count(*) filter (where {text} <> '')",
        "distinct_count": f"count(distinct nullif({text}, ''))",
        "number_share": _share(text, _NUMBER),
        "whole_share": _share(text, _WHOLE),
        "money_sign_share": _share(text, _SIGNED_MONEY),
        "mail_share": _share(text, _MAIL),
        "currency_share": _share(text, _CURRENCY),
        "gender_share": _among(text, _GENDERS),
        "yes_no_share": _among(text, (*contract.true_words, *contract.false_words)),
        "clock_share": _share(text, _CLOCK),
        "mean_length": f"coalesce(avg(length({text})) filter (where {text} <> ''), 0)",
        "least": f"min({number})",
        "middle": f"median({number})",
        "greatest": f"max({number})",
        "negative_share": f"coalesce(avg(case when {number} < 0 then 1 else 0 end), 0)",
    }


def _is_named_like_moment(name: str) -> bool:
    if not _MOMENT_WORDS.isdisjoint(words_of(name)):
        return True
    tables = vocabulary().tables.values()
    phrases = [phrase for table in tables for moment in _MOMENTS if moment in table.columns
               for phrase in table.columns[moment].names]  # fmt: skip
    return words_of(name) in map(words_of, phrases)


def _few_values(connection: duckdb.DuckDBPyConnection, relation: str, text: str) -> tuple[str, ...]:
    query = f"select {text} from {relation} where {text} <> '' group by all order by count(*) desc, {text}"
    return tuple(value for (value,) in connection.execute(query).fetchall())


def _share(text: str, pattern: str) -> str:
    return (
        f"coalesce(avg(case when regexp_full_match({text}, {literal(pattern)}) then 1 else 0 end) "
        f"filter (where {text} <> ''), 0)"
    )


def _among(text: str, words: tuple[str, ...]) -> str:
    listed = ", ".join(map(literal, words))
    return f"coalesce(avg(case when lower({text}) in ({listed}) then 1 else 0 end) filter (where {text} <> ''), 0)"
