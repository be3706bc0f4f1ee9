"""What an erasure would do, shown before anybody is erased; nothing is changed."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from warehouse.base.connections import one_row, open_build_file
from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings
from warehouse.erasure.damaged_versions import damaged_versions, versions_of
from warehouse.landing.landing_folder import landed_files
from warehouse.privacy.landed_rows import affected_rows
from warehouse.privacy.subject import Subject, find_subject
from warehouse.privacy.suppression import Suppressed, read_suppressed
from warehouse.source_definitions.folders import Source, load_source
from warehouse.tables.contract import load_contract
from warehouse.tables.newest_versions import newest_versions
from warehouse.values.id_readings import read_customer_id


@dataclass(frozen=True)
class ErasurePreview:
    """Counts of what would be removed, and of what would stay without the person."""

    source: str
    account_count: int
    order_count: int
    line_count: int
    renamed_order_count: int
    rows: dict[str, int]  # of the contract's tables, removed
    landed_rows: dict[str, int]  # by file
    version_count: int
    damaged: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """The counts in words, without anything personal."""
        yield f"Nothing was erased yet. In {self.source!r} this person has {self.account_count} account(s)."
        rows = ", ".join(f"{count:,} of {table}" for table, count in self.rows.items() if count) or "none"
        yield f"  rows that go: {rows}"
        renamed = f"; the ids of {self.renamed_order_count:,} hold the person's and are replaced"
        yield (
            f"  orders that stay as orders of nobody: {self.order_count:,} with {self.line_count:,} lines"
            f"{renamed if self.renamed_order_count else ''}"
        )
        files = ", ".join(f"{count:,} in {name}" for name, count in self.landed_rows.items()) or "none"
        yield f"  rows of landed files that are taken out or changed: {files}"
        yield f"  published versions that are looked through and written anew: {self.version_count:,}"
        for version in self.damaged:
            yield f"  the published version {version} is damaged, and is removed"


def preview_erasure(settings: Settings, source_name: str, customer_id: str) -> ErasurePreview:
    """Count what erasing a person would do.

    Raises
    ------
    SettingsError
        If nobody has this id.
    PublishError
        If the live version is damaged: erasing would be refused.
    """
    source = load_source(settings, source_name)
    given = read_customer_id(customer_id)
    known = read_suppressed(settings, source.name)
    with open_build_file(settings, source.name, read_only=True) as connection:
        subject = find_subject(connection, source.name, given, "")
        rows, orders, lines = _rows_of(connection, subject)
    if not (any(rows.values()) or orders or (known and known.holds(given))):
        raise SettingsError(
            f"Source {source.name!r} has no customer with this id.", "Give the id as the source has it."
        )
    return ErasurePreview(
        source.name,
        len(subject.ids),
        orders,
        lines,
        len(subject.named_orders),
        rows,
        _landed(settings, source, subject),
        len(versions_of(settings, source.name)),
        tuple(damaged_versions(settings, source.name)),
    )


def _rows_of(connection: duckdb.DuckDBPyConnection, subject: Subject) -> tuple[dict[str, int], int, int]:
    """Rows by table as they stand, orders, and lines of these orders."""
    ids, counts = list(subject.ids), Counter()
    for name, table in load_contract().tables.items():
        if "customer_id" in table.columns and name != "orders":
            newest = newest_versions(f"raw.{name}", table.key)
            query = f"select count(*) from ({newest}) as newest where list_contains(?, customer_id)"
            counts[name] += one_row(connection, query, [ids])[0]
    for name, (key, values) in subject.belongings.items():
        columns = load_contract().tables[name].columns
        newest = newest_versions(f"raw.{name}", load_contract().tables[name].key)
        nobody = "coalesce(customer_id, '') = '' and " if "customer_id" in columns else ""
        query = f"select count(*) from ({newest}) as newest where {nobody}list_contains(?, {key})"
        counts[name] += one_row(connection, query, [list(values)])[0]
    newest = newest_versions("raw.order_items", "order_item_id")
    query = f"select count(*) from ({newest}) as newest where list_contains(?, order_id)"
    [(lines,)] = connection.execute(query, [list(subject.order_ids)]).fetchall()
    return dict(counts), len(subject.order_ids), lines


def _landed(settings: Settings, source: Source, subject: Subject) -> dict[str, int]:
    """Records of each landed file that would be taken out or changed."""
    # Hashed with a secret of its own: looking changes nothing, not even the list of the erased.
    passing = Suppressed(source.name, secrets.token_bytes(32), frozenset())
    passing = Suppressed(source.name, passing.secret, frozenset(map(passing.hash_of, subject.ids)))
    found = {}
    with duckdb.connect() as connection:
        for file in landed_files(settings, source):
            count = len(affected_rows(connection, file, passing, settings.unpacked_file_limit_bytes, subject))
            if count:
                found[file.name] = count
    return found
