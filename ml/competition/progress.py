"""What a training says while it works: each candidate when it is judged, or why it could not be."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ml.competition.results import CandidateFailed

_log = logging.getLogger(__name__)


@contextmanager
def told(job_name: str, candidate: str) -> Iterator[None]:
    """Log how long a candidate took to be fitted and judged; a candidate that fails is logged and fails as before."""
    started = time.monotonic()
    try:
        yield
    except CandidateFailed as failure:
        _log.info("%s: %s could not be fitted: %s", job_name, candidate, failure)
        raise
    _log.info("%s: %s fitted and judged in %.1f s", job_name, candidate, time.monotonic() - started)
