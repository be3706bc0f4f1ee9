"""Streams of Redis, read from the entry behind the last one that was landed.

No group is made and nothing is acknowledged: Redis need not remember anything of us.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from warehouse.base.errors import LandingError
from warehouse.places.fetched import Fetched
from warehouse.places.queue_lines import line_of_fields
from warehouse.places.queue_names import Position, QueueNames
from warehouse.places.visit import Visit
from warehouse.places.web import is_this_machine
from warehouse.source_definitions.place import Fetch

_ANSWER_SECONDS = 15
_AT_ONCE = 1_000
_PART = "s"
_PORT = 6379


def fetch_stream(visit: Visit, fetch: Fetch, names: QueueNames) -> Iterator[Fetched]:
    """Fetch what is new of a stream.

    Raises
    ------
    LandingError
        If it ends before what was landed of it.
    TimeoutError
        If the time is over.
    """
    landed = names.last_landed(_PART)
    first: Position | None = None
    last, count, path = landed, 0, visit.folder / f"{fetch.file}.jsonl"
    with closing(_client(visit)) as client, path.open("w", encoding="utf-8", newline="") as file:
        notes = _notes(client, visit, fetch, landed)
        while left := min(_AT_ONCE, visit.place.rows_maximum - count):
            visit.check_time()
            entries = client.xrange(fetch.stream, f"({_id(last)}" if last else "-", "+", count=left)
            if not entries:
                break
            for name, fields in entries:
                last = _position(name)
                first = first or last
                file.write(line_of_fields(fields) + "\n")
            count += len(entries)
        if not left and last and client.xrange(fetch.stream, f"({_id(last)}", "+", count=1):
            notes.append(f"{visit.place.rows_maximum:,} entries are the most in one fetch; the rest comes next")
    named = names.batch(_PART, first, last) if first and last else ""
    if count or notes:
        yield Fetched(f"{visit.name}/{fetch.key}", path, named, f"{count:,} entries of {fetch.stream}", notes=notes)


def stream_end(visit: Visit, fetch: Fetch, names: QueueNames) -> str:
    """The last entry of the stream, if it is behind what was landed; else empty."""
    landed = names.last_landed(_PART)
    with closing(_client(visit)) as client:
        newest = client.xrevrange(fetch.stream, "+", "-", count=1)
    return _id(_position(newest[0][0])) if newest and _position(newest[0][0]) > (landed or ()) else ""


def _notes(client: Any, visit: Visit, fetch: Fetch, landed: Position | None) -> list[str]:
    """What was lost, as far as Redis knows it."""
    if landed is None or not client.exists(fetch.stream):
        return []
    about = client.xinfo_stream(fetch.stream)
    newest = _position(about["last-generated-id"])
    if newest < landed:
        raise LandingError(
            f"{visit.name}: {fetch.stream} ends at {_id(newest)} and was landed up to {_id(landed)}: it was made anew.",
            f"Give the place another name, such as {visit.name}_2, so that it is read from its beginning.",
        )
    deleted = about.get("max-deleted-entry-id")  # since Redis 7
    if deleted and _position(deleted) > landed:
        return [f"WARNING: entries up to {_id(_position(deleted))} were deleted before all of them were fetched"]
    return []


def _client(visit: Visit) -> Any:
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    parts, credentials = visit.place.parts, visit.credentials
    is_encrypted = visit.place.scheme == "rediss"
    if credentials.password and not is_encrypted and not is_this_machine(parts.hostname):
        raise LandingError(f"{visit.name}: a password is not sent to {parts.hostname} in the clear.", "Use rediss://.")
    return Redis(
        host=parts.hostname or "localhost",
        port=parts.port or _PORT,
        db=int(parts.path.strip("/") or 0),
        username=credentials.user or None,
        password=credentials.password or None,
        ssl=is_encrypted,
        ssl_ca_certs=credentials.authorities_file or None,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=_ANSWER_SECONDS,
        socket_connect_timeout=_ANSWER_SECONDS,
    )


def _position(name: bytes) -> Position:
    milliseconds, _, number = name.decode().partition("-")
    return int(milliseconds), int(number or 0)


def _id(position: Position) -> str:
    return "-".join(map(str, position))
