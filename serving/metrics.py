"""What the scorer counts, in the text format of Prometheus (version 0.0.4)."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from threading import Lock

from serving.live import Live
from warehouse.base.only_from_here import App, Receive, Scope, Send

_BOUNDS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_OTHER = "other"


class Metrics:
    """Counts of requests by route and status, and how long answers took."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._slower: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()

    def count(self, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        with self._lock:
            self._requests[route, status] += 1
            self._seconds[route] += seconds  # pyrefly: ignore[unsupported-operation] (a Counter of seconds)
            buckets = self._slower.setdefault(route, [0] * (len(_BOUNDS_SECONDS) + 1))
            buckets[bisect_left(_BOUNDS_SECONDS, seconds)] += 1

    def text(self, live: Live) -> str:
        """All of it, as Prometheus reads it."""
        with self._lock:
            lines = [*self._request_lines(), *self._second_lines()]
        return "\n".join([*lines, *_version_lines(live), ""])

    def _request_lines(self) -> Iterator[str]:
        yield "# HELP clientele_requests_total Answers by route and status."
        yield "# TYPE clientele_requests_total counter"
        for (route, status), count in sorted(self._requests.items()):
            yield f'clientele_requests_total{{route="{route}",status="{status}"}} {count}'

    def _second_lines(self) -> Iterator[str]:
        name = "clientele_answer_seconds"
        yield f"# HELP {name} Time from a request's head to the end of its answer."
        yield f"# TYPE {name} histogram"
        for route, buckets in sorted(self._slower.items()):
            total = 0
            for bound, count in zip((*_BOUNDS_SECONDS, "+Inf"), buckets, strict=True):
                total += count
                yield f'{name}_bucket{{route="{route}",le="{bound}"}} {total}'
            yield f'{name}_sum{{route="{route}"}} {self._seconds[route]:.6f}'
            yield f'{name}_count{{route="{route}"}} {total}'


def _version_lines(live: Live) -> Iterator[str]:
    for name, words, counts in (
        ("opened", "that were taken over", live.counts.opened),
        ("failed", "that could not be served", live.counts.failed),
    ):
        yield f"# HELP clientele_versions_{name}_total Published versions {words}, to answer by id or by facts."
        yield f"# TYPE clientele_versions_{name}_total counter"
        for kind, count in counts.items():
            yield f'clientele_versions_{name}_total{{by="{kind}"}} {count}'
    if live.state != "nothing published yet":
        about = live.version.about
        yield "# HELP clientele_published_version_info The published version that answers."
        yield "# TYPE clientele_published_version_info gauge"
        told = f'version="{about.published_version}",source="{about.source}",as_of_date="{about.as_of_date}"'
        yield f"clientele_published_version_info{{{told}}} 1"


class Counted:
    """Counts what an application answers; a route is its template, so that no customer's id gets in."""

    def __init__(self, app: App, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noted(message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", _OTHER)
            self._metrics.count(route, status, time.perf_counter() - began)
