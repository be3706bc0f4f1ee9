"""Where a source's data are kept, if they are not handed in: databases, object stores and queues that source.yml names.

Who may read there stands in the environment only: `CLIENTELE_PLACE_<NAME>_USER` and `…_PASSWORD`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from pydantic import Field

from warehouse.base.declarations import Frozen
from warehouse.base.errors import SourceError
from warehouse.base.yaml_texts import Place as Where
from warehouse.tables.contract import load_contract

if TYPE_CHECKING:
    from warehouse.source_definitions.folders import Source

DATABASES = ("postgresql", "mysql", "sqlite", "duckdb")
OBJECT_STORES = ("s3", "http", "https")
QUEUES = ("kafka", "kafkas", "redis", "rediss")  # those that end in s: encrypted
_SCHEMES = (*DATABASES, *OBJECT_STORES, *QUEUES)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_FILE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}")


class Fetch(Frozen):
    """One table, query, or set of files that is fetched."""

    file: str = ""  # what it is called when it lands, without suffix: the contract table, or what a pattern fits
    table: str = ""  # schema.table; or a query
    query: str = ""
    objects: str = ""  # of an object store: pattern of paths below the address, or over http one path
    cursor: str = ""  # column that grows with each change: only what is new is fetched
    overlap: float = Field(0, ge=0)  # how far behind the newest is read again: seconds, or units of a number
    topic: str = ""  # of Kafka; its records are JSON
    stream: str = ""  # of Redis; an entry's fields are the columns, or its only field is JSON

    @property
    def key(self) -> str:
        """What names it among those of its place."""
        return self.file or self.objects


class Place(Frozen):
    """A database, object store or queue."""

    # postgresql://host:5432/shop, mysql://…, sqlite:///path, duckdb:///path, s3://bucket/prefix, https://…,
    # kafka://broker:9092, redis://host:6379/0
    address: str
    endpoint: str = ""  # of an S3-compatible store that is not Amazon's: http://localhost:9000
    region: str = ""
    fetch: tuple[Fetch, ...]
    rows_maximum: int = Field(10_000_000, ge=1)  # of a table in one fetch
    seconds_maximum: int = Field(3600, ge=1)  # of one fetch of the place

    @property
    def parts(self) -> SplitResult:
        return urlsplit(self.address)

    @property
    def scheme(self) -> str:
        return self.parts.scheme

    @property
    def is_database(self) -> bool:
        return self.scheme in DATABASES

    @property
    def is_queue(self) -> bool:
        return self.scheme in QUEUES


def check_places(source: Source, file: str, lines: Mapping[Where, int]) -> None:
    """Refuse places that cannot be fetched from, and credentials in the file.

    Raises
    ------
    SourceError
        With the line of the entry.
    """
    for name, place in source.places.items():
        where = f"{file}, line {lines[('places', name)]}"
        if not _NAME.fullmatch(name):
            raise SourceError(
                f"{where}: {name!r} is not the name of a place.", "Use small letters, digits and underscores."
            )
        _check_address(place, name, where)
        keys: set[str] = set()
        for number, fetch in enumerate(place.fetch):
            at = f"{file}, line {lines[('places', name, 'fetch', number)]}"
            _check_fetch(source, place, fetch, at)
            if fetch.key in keys:
                raise SourceError(f"{at}: {fetch.key} is fetched twice.", "Name each once.")
            keys.add(fetch.key)


def _check_address(place: Place, name: str, where: str) -> None:
    try:
        has_credentials = place.parts.username is not None or bool(place.parts.query)
        _ = place.parts.port
    except ValueError as error:
        raise SourceError(f"{where}: the address cannot be read: {error}.", "Write scheme://host:port/name.") from error
    if has_credentials:
        raise SourceError(
            f"{where}: the address holds a user, password or options.",
            f"Take them out; who reads there is named by CLIENTELE_PLACE_{name.upper()}_USER and …_PASSWORD only.",
        )
    if place.scheme not in _SCHEMES:
        raise SourceError(
            f"{where}: addresses of {place.scheme or 'no'} scheme are not known.",
            f"Use one of {', '.join(f'{scheme}://' for scheme in _SCHEMES)}.",
        )
    if not place.fetch:
        raise SourceError(f"{where}: nothing is fetched.", "Add a `fetch:` list.")


def _check_fetch(source: Source, place: Place, fetch: Fetch, where: str) -> None:
    if place.is_queue:
        _check_queue(place, fetch, where)
        _check_table(source, fetch, where)
        return
    if fetch.topic or fetch.stream:
        raise SourceError(
            f"{where}: only queues have topics and streams.", "Use an address of kafka:// or redis://; docs/arrival.md."
        )
    if not place.is_database:
        if not fetch.objects or fetch.table or fetch.query or fetch.cursor or fetch.file:
            raise SourceError(f"{where}: an object store has files.", "Write `objects: exports/*.csv`, and no more.")
        return
    if bool(fetch.table) == bool(fetch.query) or fetch.objects or not _FILE.fullmatch(fetch.file):
        raise SourceError(
            f"{where}: a database has tables.", "Write `file:` and either `table:` or `query:`; see docs/places.md."
        )
    if fetch.overlap and not fetch.cursor:
        raise SourceError(f"{where}: overlap is about a cursor.", "Name the column: `cursor: updated_at`.")
    _check_table(source, fetch, where)


def _check_queue(place: Place, fetch: Fetch, where: str) -> None:
    field, other = ("topic", "stream") if place.scheme.startswith("kafka") else ("stream", "topic")
    rest = (fetch.table, fetch.query, fetch.objects, fetch.cursor, fetch.overlap, getattr(fetch, other))
    if not getattr(fetch, field) or any(rest) or not _FILE.fullmatch(fetch.file):
        raise SourceError(
            f"{where}: what is read of {place.scheme}:// is a {field}.",
            f"Write `file:` and `{field}:`, and no more; see docs/arrival.md.",
        )


def _check_table(source: Source, fetch: Fetch, where: str) -> None:
    tables = load_contract().tables
    if source.form == "contract" and fetch.file not in tables:
        raise SourceError(
            f"{where}: {fetch.file!r} is no table of the contract.", f"Use one of {', '.join(tables)} as `file`."
        )
