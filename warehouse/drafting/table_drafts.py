"""A contract table as a kind of file gives it: its columns' SQL, after what the rows contradict was taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import duckdb

from warehouse.base.sql_text import literal
from warehouse.drafting.expressions import Expression, expression, name_parts
from warehouse.drafting.matching import Match
from warehouse.drafting.profiles import Profile
from warehouse.drafting.relations import is_same_within, nobodys_ids
from warehouse.drafting.samples import Sample
from warehouse.drafting.vocabulary import TENURE

_MOST_LINES = 10_000  # a larger number than that counts no lines of an order
_OF_VALUES = 0.9
_WITH_CLOCK = ("ordered_at", "occurred_at")


@dataclass(frozen=True)
class TableDraft:
    """A contract table that a kind of file gives."""

    table: str
    expressions: dict[str, Expression]
    matches: dict[str, Match]


def table_draft(
    connection: duckdb.DuckDBPyConnection, sample: Sample, table: str, matches: dict[str, Match]
) -> TableDraft:
    """Write the columns of a table as SQL over the columns of a file."""
    kept = _coherent(connection, sample, table, dict(matches))
    clock = _clock(sample, kept)
    made: dict[str, Expression] = {}
    for column, match in kept.items():
        if column == TENURE and "started_at" in kept:
            continue
        one = expression(match, table, clock if column in _WITH_CLOCK else None)
        made[one.column] = one
    if "last_name" in kept and "first_name" not in kept:
        made |= _split_names(kept["last_name"])
    if table == "subscriptions":
        _stand_in(made)
    if "customer_id" in made and "customer_id" in kept:
        made["customer_id"] = _without_nobody(connection, sample, kept["customer_id"], made["customer_id"])
    return TableDraft(table, made, kept)


def _without_nobody(
    connection: duckdb.DuckDBPyConnection, sample: Sample, match: Match, made: Expression
) -> Expression:
    """Empty the ids that stand for guests: nobody is one customer with all their orders."""
    found = nobodys_ids(connection, sample.relation, match.profile.name)
    if not found:
        return made
    listed = ", ".join(map(literal, found))
    sql = f"case when trim({made.sql}) not in ({listed}) then {made.sql} end"
    return replace(made, sql=sql, notes=(*made.notes, f"CHECK: {', '.join(found)} is taken for nobody, a guest"))


def _split_names(match: Match) -> dict[str, Expression]:
    parts = name_parts(match)
    if parts is None:
        return {}
    note = ("one column holds the whole name: the first word is taken for the given name",)
    names = zip(("first_name", "last_name"), parts, strict=True)
    return {column: Expression(column, sql, match.confidence, note) for column, sql in names}


def _stand_in(made: dict[str, Expression]) -> None:
    """Let the customer's id name the contract, or the contract's the customer, where there is but one of them."""
    for lacking, other in (("subscription_id", "customer_id"), ("customer_id", "subscription_id")):
        if lacking not in made and other in made:
            made[lacking] = Expression(lacking, made[other].sql, 0.5, ("CHECK: a guess, for there is no other id",))


def _coherent(
    connection: duckdb.DuckDBPyConnection, sample: Sample, table: str, kept: dict[str, Match]
) -> dict[str, Match]:
    """Take back what the rows contradict: a line's amount that is the same on all lines is the order's."""
    if table != "order_items":
        return kept
    item = kept.get("order_item_id")
    if item and not item.profile.is_key:
        kept.pop("order_item_id")
        if "line_number" not in kept and item.profile.whole_share == 1 and (item.profile.greatest or 0) <= _MOST_LINES:
            kept["line_number"] = replace(item, column="line_number", why="counts the lines of an order")
    order, amount = kept.get("order_id"), kept.get("line_amount")
    if order and amount and is_same_within(connection, sample.relation, order.profile.name, amount.profile.name):
        kept.pop("line_amount")
    return kept


def _clock(sample: Sample, kept: dict[str, Match]) -> Profile | None:
    """The column with the time of day, where it stands in one of its own."""
    used = {match.profile.name for match in kept.values()}
    return next((one for one in sample.profiles if one.clock_share > _OF_VALUES and one.name not in used), None)
