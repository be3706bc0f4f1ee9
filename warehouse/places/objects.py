"""Files of an object store, fetched as they are; those that did not change since the last time are left there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from fnmatch import fnmatchcase
from typing import IO, Any
from urllib.parse import urlsplit

from warehouse.base.errors import LandingError
from warehouse.files.blocks import refuse_too_large
from warehouse.landing.paths import is_marker
from warehouse.places.credentials import Credentials
from warehouse.places.fetched import Fetched
from warehouse.places.visit import Visit
from warehouse.places.web import Unchanged, open_web
from warehouse.source_definitions.place import Fetch, Place

_BLOCK_BYTES = 1 << 20
_S3_REGION = "us-east-1"  # what stores that are not Amazon's answer to
_CONNECT_SECONDS = 15


def fetch_objects(visit: Visit) -> list[Fetched]:
    """Fetch the files that are new or changed.

    Raises
    ------
    LandingError
        If one comes incomplete, is larger than the limit, has a name that leads out of the folder, or none is found.
    TimeoutError
        If the time is over.
    """
    one_by_one = _from_web if visit.place.scheme in ("http", "https") else _from_s3
    return [fetched for fetch in visit.place.fetch for fetched in one_by_one(visit, fetch)]


def _take(visit: Visit, stream: IO[bytes], path: str, size_bytes: int, watermark: Any) -> Fetched:
    """Write a file whose size is known, within the limits."""
    named = f"{visit.name}/{path}"
    refuse_too_large(named, size_bytes, visit.limit_bytes)
    target = visit.folder / checked_path(visit.name, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    got_bytes = 0
    read = getattr(stream, "read1", stream.read)  # what there is: who waits for a whole block cannot look at the clock
    with target.open("wb") as file:
        while block := read(_BLOCK_BYTES):
            got_bytes += len(block)
            refuse_too_large(named, got_bytes, visit.limit_bytes)
            visit.check_time()
            file.write(block)
    if got_bytes != size_bytes:
        raise LandingError(
            f"{visit.name}: {path} came incomplete: {got_bytes:,} of {size_bytes:,} bytes.",
            "Run it again; nothing of the place was landed.",
        )
    return Fetched(named, target, named, f"{path} ({size_bytes:,} bytes)", watermark)


def _unchanged(visit: Visit, path: str) -> Fetched:
    return Fetched(f"{visit.name}/{path}", visit.folder, "", f"nothing: {path} is as it was")


def checked_path(name: str, path: str) -> str:
    """The path of a file in a store, if it can be one in a folder.

    Raises
    ------
    LandingError
        If it leads out of the folder.

    >>> checked_path("store", "2024/orders.csv")
    '2024/orders.csv'
    """
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or not path.isprintable():
        raise LandingError(
            f"{name}: {path!r} is no name of a file that can be landed.", "Rename it there, or narrow `objects`."
        )
    return path


def _from_web(visit: Visit, fetch: Fetch) -> Iterator[Fetched]:
    path = checked_path(visit.name, fetch.objects)
    try:
        with closing(open_web(visit, path)) as answer:
            yield _take(visit, answer.stream, path, answer.size_bytes, answer.watermark)
    except Unchanged:
        yield _unchanged(visit, path)


def _from_s3(visit: Visit, fetch: Fetch) -> Iterator[Fetched]:
    from pyarrow import fs

    place = visit.place
    store = _s3(place, visit.credentials)
    base = f"{place.parts.netloc}{place.parts.path}".rstrip("/")
    infos = store.get_file_info(fs.FileSelector(base, recursive=True))
    paths = {info.path.removeprefix(f"{base}/"): info for info in infos if info.is_file}
    wanted = {path: info for path, info in sorted(paths.items()) if _is_wanted(path, fetch.objects)}
    if not wanted:
        raise LandingError(
            f"{visit.name}: no file of {place.address} fits {fetch.objects!r}.",
            "Mend the pattern: it is of the whole path below the address.",
        )
    for path, info in wanted.items():
        watermark = [info.size, info.mtime_ns]
        if visit.noted.get(f"{visit.name}/{path}") == watermark:
            yield _unchanged(visit, path)
            continue
        with store.open_input_stream(info.path) as stream:
            yield _take(visit, stream, path, info.size, watermark)


def _is_wanted(path: str, pattern: str) -> bool:
    return fnmatchcase(path, pattern) and not any(is_marker(part) for part in path.split("/"))


def _s3(place: Place, credentials: Credentials) -> Any:
    from pyarrow import fs

    endpoint = urlsplit(place.endpoint) if place.endpoint else None
    keys = {"access_key": credentials.user, "secret_key": credentials.password} if credentials.user else {}
    return fs.S3FileSystem(
        **keys,
        anonymous=not keys,
        region=place.region or _S3_REGION,
        endpoint_override=endpoint.netloc if endpoint else None,
        scheme=endpoint.scheme if endpoint else "https",
        tls_ca_file_path=credentials.authorities_file or None,
        connect_timeout=_CONNECT_SECONDS,
        request_timeout=place.seconds_maximum,
    )
