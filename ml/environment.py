"""The environment of a training or scoring run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.base.settings import Settings


@contextmanager
def quiet_environment(settings: Settings) -> Iterator[None]:
    """Limit the numeric libraries to one thread, and put their caches under home.

    One thread gives the same sums on every machine. Where other tasks run it is also much faster, because threads that
    wait for each other use the processor time that the others need.
    """
    os.environ.setdefault("MPLCONFIGDIR", str(settings.home / "matplotlib"))
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    with one_thread():
        yield


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit the numeric libraries to one thread."""
    # Only loaded libraries can be limited.
    import sklearn.ensemble  # noqa: F401
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield
