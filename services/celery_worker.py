"""A worker of Celery with the libraries of our tasks already loaded: `python -m services.celery_worker`.

Celery forks its processes from the worker, and Airflow each task from one of those, as the LocalExecutor does from the
scheduler (services/scheduler.py). What this process has imported, no task imports again.
"""

from __future__ import annotations

import multiprocessing
import os
from importlib import import_module
from typing import Any

from services.scheduler import preload, run_airflow


def may_have_children(**_: Any) -> None:
    """Let the tasks of a process of Celery, which is a daemon, start processes: the task `score` does."""
    multiprocessing.current_process().daemon = False


def main() -> None:
    """Run Airflow's worker in this process; what its tasks write is for their owner alone."""
    os.umask(0o077)  # as services.scheduler
    preload()
    # Celery is in the image alone (requirements/celery-lock.txt).
    import_module("celery.signals").worker_process_init.connect(may_have_children)
    run_airflow("celery", "worker", "--skip-serve-logs")


if __name__ == "__main__":
    main()
