"""SQL of a contract column from the columns of a file, and what a person should check about it."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.base.sql_text import literal, quoted
from warehouse.drafting.matching import Match
from warehouse.drafting.profiles import Profile
from warehouse.drafting.vocabulary import TENURE, words_of
from warehouse.tables.contract import load_contract

OBSERVED_ON = "2020-01-01"  # when a file without dates counts as taken; a convention, to be replaced by the true day
_SIGNS = "[$€£¥₹ ]"
_MINOR_UNITS = {"cent", "penny", "pence", "minor", "centavo", "ore"}
_MONTHS = {
    1: ("month", "monthly"),
    3: ("quarter", "quarterly"),
    12: ("year", "annual", "yearly", "one"),
    24: ("two", "biennial", "2"),
}
_CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
_CONTROL_WORDS = {"control", "holdout", "none", "no"}
_LIKE_CENTS = 500  # half of all amounts are as large


@dataclass(frozen=True)
class Expression:
    """SQL of a contract column, what it is made of, and notes for the person who checks it."""

    column: str  # of the contract
    sql: str
    confidence: float
    notes: tuple[str, ...] = ()


def expression(match: Match, table: str, clock: Profile | None = None) -> Expression:
    """SQL of one matched column, over `landed`.

    Parameters
    ----------
    clock
        The column with the time of day, where the date stands in one of its own.
    """
    text = quoted(match.profile.name)
    about = f"{match.in_words} ({match.confidence:.2f}): {match.why}"
    if match.column == TENURE:
        return Expression("started_at", _start(text), match.confidence, (about, _observed_note()))
    kind = load_contract().tables[table].columns[match.column].type
    if kind in ("timestamp", "date"):
        return _moment(match, text, about, clock)
    if kind in ("amount", "price"):
        return _money(match, text, about)
    if match.column == "term_months":
        return Expression("term_months", _term(match.profile, text), match.confidence, (about,))
    if match.column == "is_control":
        return _control(match, text, about)
    return Expression(match.column, text, match.confidence, (about,))


def _moment(match: Match, text: str, about: str, clock: Profile | None) -> Expression:
    form = match.profile.moment
    if form is None:  # a flag: over, nobody knows when
        over = ", ".join(map(literal, load_contract().true_words))
        sql = f"case when lower(trim({text})) in ({over}) then {literal(OBSERVED_ON)} end"
        return Expression(match.column, sql, match.confidence, (about, _observed_note()))
    notes = [about, f"how it is written: {form.why}"]
    if not form.is_proven:
        notes.append("CHECK: no value proves whether the day or the month stands first")
    if clock is None:
        return Expression(match.column, form.sql(text), match.confidence, tuple(notes))
    notes.append(f"the time of day stands in {clock.name}")
    dates = form.formats or ("%Y-%m-%d", "%Y/%m/%d")
    listed = ", ".join(literal(f"{one} {time}") for one in dates for time in _CLOCKS)
    joined = f"concat_ws(' ', trim({text}), trim({quoted(clock.name)}))"
    sql = f"coalesce(try_strptime({joined}, [{listed}])::varchar, {form.sql(text)})"
    return Expression(match.column, sql, match.confidence, tuple(notes))


def _money(match: Match, text: str, about: str) -> Expression:
    notes = [about]
    sql = text
    if match.profile.money_sign_share > 0:
        sql = f"regexp_replace({sql}, {literal(_SIGNS)}, '', 'g')"
        notes.append("currency signs are taken off")
    if not _MINOR_UNITS.isdisjoint(words_of(match.profile.name)) and match.profile.whole_share == 1:
        sql = f"coalesce((try_cast({sql} as decimal(18, 0)) * 0.01)::varchar, {sql})"
        notes.append("the name speaks of hundredths: divided by 100")
    elif match.profile.whole_share == 1 and (match.profile.middle or 0) >= _LIKE_CENTS:
        notes.append("CHECK: all are whole numbers, as where amounts are given in cents")
    return Expression(match.column, sql, match.confidence, tuple(notes))


def _start(text: str) -> str:
    return f"(date {literal(OBSERVED_ON)} - to_months(try_cast({text} as integer)))::varchar"


def _observed_note() -> str:
    return f"CHECK: the file has no such date; {OBSERVED_ON} stands for the day of the export: write the true one"


def _term(profile: Profile, text: str) -> str:
    """Words such as `Month-to-month` or `Two year` as months; numbers as they stand."""
    cases = []
    for value in profile.few_values:
        words = set(words_of(value))
        months = next((months for months in sorted(_MONTHS, reverse=True) if words & set(_MONTHS[months])), None)
        if months and profile.whole_share < 1:
            cases.append(f"when {literal(value)} then '{months}'")
    return f"case trim({text}) {' '.join(cases)} else {text} end" if cases else text


def _control(match: Match, text: str, about: str) -> Expression:
    controls = [value for value in match.profile.few_values if not _CONTROL_WORDS.isdisjoint(words_of(value))]
    if not controls:
        note = "CHECK: which value is the control group?"
        return Expression("is_control", text, match.confidence * 0.5, (about, note))
    listed = ", ".join(map(literal, controls))
    return Expression("is_control", f"trim({text}) in ({listed})", match.confidence, (about,))


def name_parts(match: Match) -> tuple[str, str] | None:
    """SQL of given and family name where one column holds both; None where it is a family name alone."""
    words = set(words_of(match.profile.name))
    if not words & {"name", "nome", "nombre"} or words & {"last", "family"}:
        return None
    names = rf"string_split_regex(trim({quoted(match.profile.name)}), '\s+')"
    given = f"case when len({names}) > 1 then {names}[1] end"
    return given, f"array_to_string({names}[case when len({names}) > 1 then 2 else 1 end:], ' ')"
