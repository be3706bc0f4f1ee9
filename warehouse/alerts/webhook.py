"""Telling another system by HTTP: bounded in time, never an error, and never a word about the address."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MEDIA_TYPE = "application/json"


@dataclass(frozen=True)
class Patience:
    """How long to try. `total_seconds` holds whatever the other side does."""

    attempts: int = 3
    answer_seconds: float = 4.0
    pause_seconds: float = 1.0
    total_seconds: float = 15.0


def deliver(address: str, content: Mapping[str, Any], patience: Patience | None = None) -> str | None:
    """POST the content as JSON and return None, or why it did not arrive.

    The address may hold a secret: it is in no message. Redirects are not followed, so that it goes nowhere else.
    """
    patience = patience or Patience()
    if not address.lower().startswith(("http://", "https://")):
        return "the address does not begin with http:// or https://"
    outcome: list[str | None] = []
    # A thread of its own: an answer that trickles in byte by byte keeps every timeout of a socket from passing.
    work = threading.Thread(target=lambda: outcome.append(_try(address, content, patience)), daemon=True)
    work.start()
    work.join(patience.total_seconds)
    return outcome[0] if outcome else f"no answer within {patience.total_seconds:g} s"


def _try(address: str, content: Mapping[str, Any], patience: Patience) -> str | None:
    reason: str | None = None
    for number in range(patience.attempts):
        if number:
            time.sleep(patience.pause_seconds * number)
        reason = _send(address, content, patience.answer_seconds)
        if reason is None:
            return None
    return f"{reason}, in {patience.attempts} attempts"


def _send(address: str, content: Mapping[str, Any], answer_seconds: float) -> str | None:
    body = json.dumps(content, ensure_ascii=False).encode()
    try:
        request = urllib.request.Request(address, body, {"Content-Type": _MEDIA_TYPE}, method="POST")  # noqa: S310
        opener = urllib.request.build_opener(_NoRedirect)
        with opener.open(request, timeout=answer_seconds):
            return None
    except urllib.error.HTTPError as error:
        return f"it answered {error.code}"
    except TimeoutError:
        return f"no answer within {answer_seconds:g} s"
    except Exception as error:  # its text may hold the address
        cause = getattr(error, "reason", error)
        return f"no answer within {answer_seconds:g} s" if isinstance(cause, TimeoutError) else type(cause).__name__


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None
