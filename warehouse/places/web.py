"""One file over http(s): only if it changed, and not taken for whole if the connection breaks."""

from __future__ import annotations

import base64
import ipaddress
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.parse import quote, urlsplit

from warehouse.base.errors import LandingError
from warehouse.places.credentials import Credentials
from warehouse.places.visit import Visit
from warehouse.source_definitions.place import Place

_UNCHANGED = 304
_ANSWER_SECONDS = 60.0  # of silence
_ASKED_BY = {"etag": "If-None-Match", "last_modified": "If-Modified-Since"}


class Unchanged(Exception):
    """The file is as it was when it was fetched last."""


@dataclass(frozen=True)
class Answer:
    """An open file."""

    stream: IO[bytes]
    size_bytes: int
    watermark: dict[str, str]  # what the server said of it

    def close(self) -> None:
        """Let the connection go."""
        self.stream.close()


def open_web(visit: Visit, path: str) -> Answer:
    """Ask for a file.

    Raises
    ------
    Unchanged
        If the server says that it is as it was.
    LandingError
        If there is none, the server does not say how long it is, or a password would go over an open line.
    """
    place, credentials = visit.place, visit.credentials
    url = f"{place.address.rstrip('/')}/{quote(path)}"
    request = urllib.request.Request(url)  # noqa: S310 - the scheme is checked with source.yml
    for said, value in visit.noted.get(f"{visit.name}/{path}", {}).items():
        request.add_header(_ASKED_BY[said], value)
    if credentials.password:
        _refuse_open_line(place)
        # Not sent on to another server, should this one lead there.
        request.add_unredirected_header("Authorization", _authorization(credentials))
    seconds = min(max(visit.seconds_left, 1), _ANSWER_SECONDS)
    try:
        answer = urllib.request.build_opener(_SameOrSafer, *_trusting(credentials)).open(request, timeout=seconds)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == _UNCHANGED:
            raise Unchanged from error
        raise LandingError(
            f"{url} is not given: the server answers {error.code} ({error.reason}).",
            "Check the address and who may read it; nothing of it was landed.",
        ) from error
    except HTTPException as error:
        raise ConnectionError(f"the server does not speak http: {error!r}") from error
    size_bytes = _length(answer.headers)
    if size_bytes is None:
        answer.close()
        raise LandingError(
            f"{url}: the server does not say how long the file is, so that nothing would tell if it were cut off.",
            "Let it send Content-Length; nothing of it was landed.",
        )
    return Answer(answer, size_bytes, _said(answer.headers))


def _trusting(credentials: Credentials) -> list[urllib.request.HTTPSHandler]:
    return [urllib.request.HTTPSHandler(context=credentials.trust())] if credentials.authorities_file else []


class _SameOrSafer(urllib.request.HTTPRedirectHandler):
    """Follows where a server leads, but not from https to http, and to nothing but these."""

    def redirect_request(self, *given: Any, **named: Any) -> urllib.request.Request | None:
        """Check where it leads."""
        here, there = given[0].full_url, given[-1]
        schemes = (urlsplit(here).scheme, urlsplit(there).scheme)
        if schemes[1] not in ("http", "https") or schemes == ("https", "http"):
            given[1].close()
            raise LandingError(f"{here} leads to {there}.", "Check the address; nothing of it was landed.")
        return super().redirect_request(*given, **named)


def _authorization(credentials: Credentials) -> str:
    if not credentials.user:
        return f"Bearer {credentials.password}"
    pair = f"{credentials.user}:{credentials.password}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _refuse_open_line(place: Place) -> None:
    if place.scheme == "http" and not is_this_machine(place.parts.hostname):
        raise LandingError(f"{place.address} is not encrypted: a password would go over an open line.", "Use https://.")


def is_this_machine(host: str | None) -> bool:
    """Whether a host's name or address is this machine's own."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _length(headers: HTTPMessage) -> int | None:
    given = headers.get("Content-Length", "")
    return int(given) if given.isdigit() else None


def _said(headers: HTTPMessage) -> dict[str, str]:
    said = {"etag": headers.get("ETag"), "last_modified": headers.get("Last-Modified")}
    return {name: value for name, value in said.items() if value}
