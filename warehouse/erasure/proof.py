"""The proof of an erasure: every file of the home is searched for the person, and what was searched is recorded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from warehouse.audiences.export_files import export_folders
from warehouse.base.connections import one_row, open_duckdb
from warehouse.base.rows import column_types, columns_of_tables, has_rows
from warehouse.base.settings import Settings
from warehouse.base.sql_text import literal, quoted
from warehouse.erasure.decided_anomalies import STATES_FILE, decided_ids
from warehouse.erasure.kept_rows import kept_row_count
from warehouse.erasure.text_redaction import byte_counter
from warehouse.files.packing import open_unpacked
from warehouse.identity.overrides import OVERRIDES_FILE, read_overrides
from warehouse.landing.landing_folder import landed_files
from warehouse.privacy.landed_rows import affected_rows
from warehouse.privacy.secret import privacy_folder
from warehouse.privacy.subject import Subject
from warehouse.privacy.suppression import Suppressed
from warehouse.source_definitions.folders import Source

_CHUNK_BYTES = 1 << 22
_OVERLAP_BYTES = 1 << 12
_CUT_BYTES = 8  # of a text that DuckDB notes as a bound: C0000012 may be the beginning of somebody's C00000123
_ORDER_COLUMN = re.compile(r"(^|_)order(_item)?_id$")
_CUSTOMER_COLUMN = re.compile(r"(^|_)customer_id(_left|_right)?$")


@dataclass
class Search:
    """What was searched, and where the person was found (place → occurrences)."""

    counts: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)

    @property
    def occurrences(self) -> int:
        return self.found.total()


def search_home(settings: Settings, source: Source, subject: Subject, suppressed: Suppressed) -> Search:
    """Search tables by value and files by byte.

    Landed files are read as the loader reads them; DuckDB and Parquet files of the source table by table; and every
    file, packed ones unpacked, byte by byte. Files of other sources are left out for the ids: theirs are others.
    """
    search = Search()
    _search_landing(search, settings, source, subject, suppressed)
    for path in [settings.build_file(source.name), *_published(settings, source.name, "*.duckdb")]:
        if path.exists():
            with open_duckdb(path, settings, read_only=True) as connection:
                _search_database(search, connection, subject, path.relative_to(settings.home).as_posix())
                if path == settings.build_file(source.name):
                    search.found["rows kept as they landed"] += kept_row_count(connection, source, subject)
    with duckdb.connect() as connection:
        exported = [path for folder in export_folders(settings, source.name) for path in folder.glob("*.parquet")]
        for path in (*_published(settings, source.name, "*.parquet"), *exported):
            search.counts["parquet_files"] += 1
            place = path.relative_to(settings.home).as_posix()
            relation = f"read_parquet({literal(str(path))})"
            described = column_types(connection, f"select * from {relation}")
            _search_relation(search, connection, relation, described, subject, place=place)
    _search_bytes(search, settings, source.name, subject)
    for override in read_overrides(source.name):
        search.found[f"{OVERRIDES_FILE.name} (take the line out)"] += not set(override.pair).isdisjoint(subject.ids)
    for ids in decided_ids(source.name):
        search.found[f"{STATES_FILE.name} (take the line out)"] += not ids.isdisjoint(subject.ids)
    search.found = +search.found
    return search


def _search_landing(
    search: Search, settings: Settings, source: Source, subject: Subject, suppressed: Suppressed
) -> None:
    with duckdb.connect() as connection:
        for file in landed_files(settings, source):
            limit = settings.unpacked_file_limit_bytes
            affected = affected_rows(connection, file, suppressed, limit, subject)
            search.counts["landed_records"] += affected.record_count
            search.found[f"landing/{source.name}/{file.name}"] += len(affected)


def _published(settings: Settings, source: str, pattern: str) -> list[Path]:
    folder = settings.published_folder / "versions"
    return sorted(path for version in folder.glob(f"[!.]*-{source}") for path in version.rglob(pattern))


def _search_database(search: Search, connection: duckdb.DuckDBPyConnection, subject: Subject, place: str) -> None:
    for (schema, table), described in columns_of_tables(connection).items():
        relation = f"{quoted(schema)}.{quoted(table)}"
        _search_relation(search, connection, relation, described, subject, place=f"{place} {schema}.{table}")


def _search_relation(
    search: Search,
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    described: dict[str, str],
    subject: Subject,
    *,
    place: str,
) -> None:
    """Count the rows that tell of the person, for all columns in one scan."""
    texts = [name for name, kind in described.items() if kind.startswith("VARCHAR")]
    search.counts["tables"] += 1
    search.counts["columns"] += len(texts)
    pattern = subject.pattern()
    asked = {name: found for name in texts if (found := _tells_of_person(name, pattern))}
    if not asked or not has_rows(connection, relation):
        return
    counts = ", ".join(f"count(*) filter ({found})" for found in asked.values())
    bound = {"ids": list(subject.ids), "orders": list(subject.named_orders), "pattern": pattern}
    named = {name: value for name, value in bound.items() if f"${name}" in counts}
    for name, count in zip(asked, one_row(connection, f"select {counts} from {relation}", named), strict=True):
        search.found[f"{place}.{name}"] += count


def _tells_of_person(name: str, pattern: str | None) -> str:
    """SQL condition of the values of a column that tell of the person; empty where none can."""
    column = quoted(name)
    conditions = [f"list_contains($ids, trim({column}))"] if _CUSTOMER_COLUMN.search(name) else []
    conditions += [f"list_contains($orders, trim({column}))"] if _ORDER_COLUMN.search(name) else []
    conditions += [f"regexp_matches({column}::varchar, $pattern)"] if pattern else []  # of lists, too
    return " or ".join(conditions)


def _search_bytes(search: Search, settings: Settings, source: str, subject: Subject) -> None:
    anywhere, in_databases = byte_counter(subject), byte_counter(subject, longer_than=_CUT_BYTES)
    for path in _all_files(settings, source):
        search.counts["files"] += 1
        occurrences = in_databases if path.suffix == ".duckdb" else anywhere
        for block in _blocks(path):
            search.counts["bytes"] += len(block)
            search.found[path.relative_to(settings.home).as_posix()] += occurrences(block)


def _all_files(settings: Settings, source: str) -> Iterator[Path]:
    other = rf"(?!{source}[/.])[^/]+"
    others = re.compile(rf"(landing/{other}/|truth/{other}/|audiences/{other}/|warehouse/{other}\.duckdb)")
    for path in sorted(settings.home.rglob("*")):
        name = path.relative_to(settings.home).as_posix()
        is_other = others.match(name) or (
            name.startswith("published/versions/") and not name.split("/")[2].endswith(f"-{source}")
        )
        if path.is_file() and not path.is_symlink() and not is_other and privacy_folder(settings) not in path.parents:
            yield path


def _blocks(path: Path) -> Iterator[bytes]:
    """Blocks that overlap, so that nothing is cut in two."""
    with open_unpacked(path) as stream:
        held = b""
        while chunk := stream.read(_CHUNK_BYTES):
            yield held + chunk
            held = chunk[-_OVERLAP_BYTES:]
