"""A bounded load on a server of this machine: so many requests a second, whether it keeps up or not."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from threading import local

import numpy as np

_MOST_REQUESTS = 20_000
_MOST_AT_ONCE = 32
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Asked:
    """One request: method, path and body."""

    method: str
    path: str
    body: bytes = b""


@dataclass(frozen=True)
class Latencies:
    """How long answers took, in milliseconds, from when a request was due: waiting for a turn counts."""

    request_count: int
    failed_count: int
    median_ms: float
    p95_ms: float
    p99_ms: float
    longest_ms: float
    rate_per_second: float

    def line(self) -> str:
        """All of it in one line."""
        return (
            f"{self.request_count} requests at {self.rate_per_second:.1f} a second, {self.failed_count} failed: "
            f"median {self.median_ms:.1f} ms, p95 {self.p95_ms:.1f} ms, p99 {self.p99_ms:.1f} ms, "
            f"longest {self.longest_ms:.1f} ms"
        )


def load(port: int, key: str, requests: Sequence[Asked], rate_per_second: float) -> Latencies:
    """Send each request when it is due, at most `_MOST_AT_ONCE` at a time, and measure.

    Raises
    ------
    ValueError
        If there are no requests, or more than a bounded test sends.
    """
    if not 0 < len(requests) <= _MOST_REQUESTS:
        raise ValueError(f"A load has between 1 and {_MOST_REQUESTS} requests, not {len(requests)}.")
    ask = _asker(port, key)
    began = time.perf_counter()

    def when_due(place: int) -> tuple[float, int]:
        due = began + place / rate_per_second
        time.sleep(max(0.0, due - time.perf_counter()))
        status = ask(requests[place])
        return time.perf_counter() - due, status

    with ThreadPoolExecutor(_MOST_AT_ONCE) as workers:
        answers = list(workers.map(when_due, range(len(requests))))
    took = time.perf_counter() - began
    milliseconds = np.array([seconds for seconds, _ in answers]) * 1000
    median, p95, p99 = np.quantile(milliseconds, [0.5, 0.95, 0.99])
    failed = sum(status != 200 for _, status in answers)  # noqa: PLR2004
    return Latencies(len(answers), failed, median, p95, p99, milliseconds.max(), len(answers) / took)


def _asker(port: int, key: str) -> Callable[[Asked], int]:
    """What sends a request over a connection that each thread keeps, and gives the status; 0 without an answer."""
    kept = local()

    def ask(asked: Asked) -> int:
        connection = getattr(kept, "connection", None) or HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
        kept.connection = connection
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        try:
            connection.request(asked.method, asked.path, asked.body or None, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except OSError:
            connection.close()
            return 0

    return ask
