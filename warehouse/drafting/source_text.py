"""The source.yml of a drafted source."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from warehouse.base.sql_text import quoted
from warehouse.drafting.plan import Draft, FileDraft
from warehouse.drafting.samples import BLANK_SPLIT, SHEET
from warehouse.drafting.shown import shown
from warehouse.drafting.words_of_status import allowed_words, has_meanings, spelled

_DIGITS = re.compile(r"[0-9]+([-_.][0-9]+)*")
_MAGIC = re.compile(r"([*?[])")
_GUESTS = ("orders", "order_items", "feedback", "events")


def source_text(draft: Draft, as_given: tuple[str, ...]) -> str:
    """Write source.yml.

    Parameters
    ----------
    as_given
        The names of all files of the folder, so that a pattern fits no other one.
    """
    lines = [
        "# A draft, made by `make source` from names and values alone. What a person should look at is marked CHECK,",
        "# here and in the SELECTs beside. The fields are explained in docs/adding-a-source.md.",
        "description: A draft of a source, not yet checked by a person.",
        "form: mapped",
        "# CHECK: in which time zone are the shop's days? Without a line `time_zone: Europe/Berlin` it is UTC.",
        "files:",
    ]
    for one in draft.files:
        lines += _entry(draft, one, as_given)
    lines += _ignored(draft)
    lines += _spellings(draft)
    return "\n".join(lines) + "\n"


def _ignored(draft: Draft) -> Iterator[str]:
    """The files of which nothing is made; of a workbook that is read, the other sheets as comments."""
    read = {name for one in draft.files for name in one.sample.names}
    whole = {label.split(SHEET)[0] for label in draft.unused} - read
    for label, why in sorted(draft.unused.items()):
        if label.split(SHEET)[0] in read:
            yield f"  # nothing is made of {shown(label)}: {shown(why)}"
    if whole:
        yield "ignore:"
    for name in sorted(whole):
        reasons = dict.fromkeys(why for label, why in draft.unused.items() if label.split(SHEET)[0] == name)
        yield from (f"  # {shown(why)}" for why in reasons)
        yield f"  - {_text(_escaped(name))}"


def used_columns(one: FileDraft) -> list[str]:
    """The columns of the file that the SELECTs read, in its order."""
    written = [made.sql for table in one.tables.values() for made in table.expressions.values()]
    used = {column for column in one.sample.columns for sql in written if quoted(column) in sql}
    used |= {match.profile.name for table in one.tables.values() for match in table.matches.values()}
    used |= {profile.name for profile in one.charges.values()}
    used |= {profile.name for profile, _ in one.parts.columns.values()} if one.parts else set()
    return [column for column in one.sample.columns if column in used]


def patterns_of(one: FileDraft, as_given: tuple[str, ...]) -> list[str]:
    """Patterns that fit the files of a kind, later ones with other dates in their names too, and no other file."""
    own = set(one.sample.names)
    wide = sorted({_DIGITS.sub("*", _escaped(name)) for name in own})
    fits = {name for name in as_given if any(fnmatchcase(name.lower(), pattern.lower()) for pattern in wide)}
    plain = [
        pattern
        for pattern in wide
        if pattern.strip("*.").lower() not in ("csv", "txt", "parquet", "tsv", "xlsx", "json", "jsonl")
    ]
    return wide if fits == own and plain == wide else [_escaped(name) for name in sorted(own)]


def _entry(draft: Draft, one: FileDraft, as_given: tuple[str, ...]) -> Iterator[str]:
    for note in one.notes:
        yield f"  # {shown(note)}"
    used = used_columns(one)
    left = [column for column in one.sample.columns if column not in used]
    if left:
        yield f"  # not used: {', '.join(map(shown, left))}"
    customer = _customer_sql(one)
    for pattern in patterns_of(one, as_given):
        yield f"  - pattern: {_text(pattern)}"
        yield f"    format: {one.sample.format}"
        if one.sample.sheet:
            yield f"    sheet: {_text(one.sample.sheet)}"
        yield f"    rows_are: {one.main.table}"
        if one.computed:
            yield f"    also_give: [{', '.join(one.computed)}]"
        if one.sample.format != "lines":
            yield f"    columns: [{', '.join(map(_text, used))}]"
        if customer is None:
            yield '    customer_id_sql: "null"  # names no customer'
            continue
        yield f"    customer_id_sql: {_text(customer)}  # whose row it is, so that a person can be erased"
        guest = next((column for column in used if quoted(column) in customer), None)
        if one.main.table in _GUESTS and one.sample.format != "lines" and guest:
            yield f"    guest_column: {_text(guest)}"


def _customer_sql(one: FileDraft) -> str | None:
    named = [table.expressions["customer_id"] for table in one.tables.values() if "customer_id" in table.expressions]
    made = named[0] if named else None
    if made is None or one.sample.format != "lines":
        return made.sql if made else None
    sql = made.sql
    for place, column in enumerate(one.sample.columns):
        sql = sql.replace(quoted(column), f"{BLANK_SPLIT}[{place + 1}]")
    return sql


def _spellings(draft: Draft) -> Iterator[str]:
    found: dict[str, dict[str, str]] = {}
    checks: dict[str, tuple[str, ...]] = {}
    for one in draft.files:
        for table in one.tables.values():
            for column, match in table.matches.items():
                if not has_meanings(column) or column not in table.expressions:
                    continue
                words, unknown = spelled(match.profile, column)
                found.setdefault(column, {}).update(words)
                checks[column] = (*checks.get(column, ()), *unknown)
    if any(found.values()):
        yield "spellings:"
    for column, words in found.items():
        if not words:
            continue
        yield f"  # CHECK: which of {', '.join(allowed_words(column))} does each word mean?"
        if checks[column]:
            yield f"  # Nothing is known of {', '.join(map(_text, checks[column]))}."
        yield f"  {column}:"
        yield from (f"    {_text(word)}: {meant}" for word, meant in words.items())


def _escaped(name: str) -> str:
    return _MAGIC.sub(r"[\1]", name)


def _text(value: str) -> str:
    """A text in YAML; quotation marks wherever it could be read as something else."""
    if re.fullmatch(r"[A-Za-z_][\w ]*\w|[A-Za-z_]", value):
        return value
    is_plain = value.isprintable() and '"' in value  # single quotation marks, so that SQL stays as it is
    return "'" + value.replace("'", "''") + "'" if is_plain else json.dumps(value, ensure_ascii=False)
