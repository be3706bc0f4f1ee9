"""Who matches the conditions of audiences: each runs in a sandbox that holds the customers and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from warehouse.audiences.condition import Query, query_of
from warehouse.audiences.declaration import Audience
from warehouse.audiences.folder import Problem
from warehouse.audiences.sandbox import locked_sandbox
from warehouse.base.connections import open_duckdb
from warehouse.base.errors import AudienceError
from warehouse.base.settings import Settings


def who_matches(
    settings: Settings, source: str, audiences: tuple[Audience, ...]
) -> tuple[dict[str, pa.Table], dict[str, Problem]]:
    """Who matches, by audience; what stops the others."""
    queries: dict[str, Query] = {}
    matched: dict[str, pa.Table] = {}
    problems: dict[str, Problem] = {}

    @contextmanager
    def noted(audience: Audience) -> Iterator[None]:
        try:
            yield
        except AudienceError as error:
            words = f"{error.message} {error.what_to_do}".strip()
            problems[audience.name] = Problem(audience.file, audience.name, words)

    with open_duckdb(Path(":memory:"), settings, read_only=False) as connection:
        for audience in audiences:
            with noted(audience):
                queries[audience.name] = query_of(connection, audience.condition, audience.order_by)
        names = {name for query in queries.values() for name in query.names}
        room = locked_sandbox(connection, settings.build_file(source), names)
        for audience in audiences:
            if audience.name in queries:
                with noted(audience):
                    room.refuse_unknown(audience.columns)
                    matched[audience.name] = room.matched(queries[audience.name])
    return matched, problems
