"""Whom to erase: all ids of the person, and the values that tell of nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from warehouse.base.durable_files import flush_folder, write_text_durably
from warehouse.base.settings import Settings
from warehouse.privacy.naming import Naming, holds_id, is_distinctive
from warehouse.privacy.secret import privacy_folder, private_folder
from warehouse.tables.contract import load_contract
from warehouse.tables.newest_versions import newest_versions

_SHORTEST_VALUE_CHARACTERS = 6
# Shorter numbers in the ids of other orders are taken for what they are there: numbers.
_SHORTEST_ID_CHARACTERS = 6
# Free text is searched for as a whole, so only where it is long enough to be somebody's own words.
_SHORTEST_TEXT_CHARACTERS = 25
_OWNED = (("orders", "order_id"), ("subscriptions", "subscription_id"))
_OWN_VALUES = ("email", "phone", "street_address", "first_name || ' ' || last_name")


# By contract table: the column that says whose a row is, and its values.
Belongings = dict[str, tuple[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Subject:
    """A person who is to be erased; kept in a private note until nothing is left to do."""

    source: str
    given_id: str
    ids: tuple[str, ...]
    values: tuple[str, ...]  # in lower case
    shared_value_count: int  # values that others have as well: they cannot be searched for
    reason: str
    digests: dict[str, str] = field(default_factory=dict)  # of landed files: former → rewritten
    order_ids: tuple[str, ...] = ()
    subscription_ids: tuple[str, ...] = ()
    named_orders: tuple[str, ...] = ()  # ids of orders in which an id of the person stands

    @property
    def words(self) -> tuple[str, ...]:
        """Ids, and keys made of ids, that are found in any text without being taken for a number or a word."""
        ids = [one for one in self.ids if is_distinctive(one)]
        orders = [
            one for one in self.named_orders if is_distinctive(one) and not any(holds_id(one, id_) for id_ in ids)
        ]
        return (*ids, *orders)

    def naming(self, secret: bytes) -> Naming:
        """What names the person in a text, and what takes its place."""
        return Naming(frozenset(self.words), frozenset(self.values), frozenset(self.named_orders), secret)

    @property
    def belongings(self) -> Belongings:
        """What is the person's without naming a customer: reviews of the orders, changes of the contracts."""
        return {
            "feedback": ("order_id", self.order_ids),
            "subscription_changes": ("subscription_id", self.subscription_ids),
        }

    def pattern(self) -> str | None:
        """Regular expression (RE2 and Python) of everything that tells of the person; None where nothing can."""
        tokens = [f"(?:^|[^0-9A-Za-z]){re.escape(one)}(?:$|[^0-9A-Za-z])" for one in self.words]
        parts = tokens + [re.escape(value) for value in self.values]
        return "(?i)" + "|".join(parts) if parts else None


def find_subject(connection: duckdb.DuckDBPyConnection, source: str, customer_id: str, reason: str) -> Subject:
    """Collect the person's ids and values out of the build file."""
    ids = _all_ids(connection, customer_id)
    found, shared = set(), 0
    sought = [("customers", expression, _SHORTEST_VALUE_CHARACTERS) for expression in _OWN_VALUES]
    sought += [(table, column, _SHORTEST_TEXT_CHARACTERS) for table, column in _free_texts()]
    for table, expression, shortest in sought:
        query = f"select distinct lower(trim({expression})) from raw.{table}"
        own = {text for text in _texts(connection, query, ids, are_in=True) if len(text) >= shortest}
        others = _texts(connection, query, ids, are_in=False, among=own)
        shared += len(own & others)
        found |= own - others
    orders, contracts = (_keys_of(connection, *which, ids) for which in _OWNED)
    return Subject(
        source,
        customer_id,
        tuple(sorted(ids)),
        tuple(sorted(found)),
        shared,
        reason,
        order_ids=orders,
        subscription_ids=contracts,
        named_orders=_named_orders(connection, ids),
    )


def _named_orders(connection: duckdb.DuckDBPyConnection, ids: set[str]) -> tuple[str, ...]:
    """Ids of the person's orders that hold an id of the person; where the id is long, also of orders of nobody."""
    owners: dict[str, set[str]] = {}
    for name, table in load_contract().tables.items():
        if "order_id" in table.columns:
            customer = "customer_id" if name == "orders" else "null"
            query = f"select distinct order_id, {customer} from raw.{name} where regexp_matches(order_id, ?)"
            for order, owner in connection.execute(query, ["|".join(map(re.escape, sorted(ids)))]).fetchall():
                owners.setdefault(order, set()).update({owner} - {None})

    def names(order: str, one: str) -> bool:
        is_ours = bool(owners[order] & ids) or (len(one) >= _SHORTEST_ID_CHARACTERS and not owners[order])
        return holds_id(order, one) and (is_ours or is_distinctive(one))

    return tuple(sorted(order for order in owners if any(names(order, one) for one in ids)))


def _keys_of(connection: duckdb.DuckDBPyConnection, table: str, key: str, ids: set[str]) -> tuple[str, ...]:
    """Keys of the rows that are the person's, as they stand."""
    newest = newest_versions(f"raw.{table}", key, f"{key}, customer_id")
    rows = connection.execute(
        f"select {key} from ({newest}) as newest where list_contains(?, customer_id) order by 1", [sorted(ids)]
    ).fetchall()
    return tuple(value for (value,) in rows)


def _free_texts() -> Iterable[tuple[str, str]]:
    for name, table in load_contract().tables.items():
        if name != "customers" and "customer_id" in table.columns:
            yield from ((name, column) for column, spec in table.columns.items() if spec.personal)


def _texts(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    ids: set[str],
    *,
    are_in: bool,
    among: set[str] | None = None,
) -> set[str]:
    """Distinct texts of the person's rows, or of everybody else's among some."""
    rows = connection.execute(
        f"select * from ({query} where coalesce(list_contains($ids, customer_id), false) = $are_in) as found(value) "
        "where value is not null and ($among::varchar[] is null or list_contains($among::varchar[], value))",
        {"ids": sorted(ids), "are_in": are_in, "among": None if among is None else sorted(among)},
    ).fetchall()
    return {value for (value,) in rows}


def _all_ids(connection: duckdb.DuckDBPyConnection, customer_id: str) -> set[str]:
    ids = {customer_id}
    for table in ("pii.customer_identities", "quality.customer_merges"):
        try:
            rows = connection.execute(
                f"select source_customer_id, customer_id from {table} where customer_id in "
                f"(select customer_id from {table} where source_customer_id = $id or customer_id = $id)",
                {"id": customer_id},
            ).fetchall()
        except duckdb.CatalogException:
            continue
        ids |= {one for row in rows for one in row}
    return ids


def read_note(settings: Settings, name: str) -> Subject | None:
    """The person of an erasure that was not finished."""
    path = _path(settings, name)
    if not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8")).items()
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in content}
    return Subject(**values)


def write_note(settings: Settings, name: str, subject: Subject) -> None:
    """Keep the person's values until the erasure is finished: a killed one could not find them again."""
    folder = private_folder(_path(settings, name).parent)
    write_text_durably(folder / f"{name}.json", json.dumps(asdict(subject)))


def remove_note(settings: Settings, name: str) -> None:
    """Forget the person."""
    path = _path(settings, name)
    path.unlink(missing_ok=True)
    flush_folder(path.parent)


def notes_folder(settings: Settings) -> Path:
    """Where unfinished erasures are noted."""
    return privacy_folder(settings) / "unfinished"


def _path(settings: Settings, name: str) -> Path:
    return notes_folder(settings) / f"{name}.json"
