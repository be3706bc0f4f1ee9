"""Killing a reader of a queue at its steps: `python -m tests.warehouse.killed_readers HOME SOURCES ADDRESS EVERY`.

Prints how often it was killed. This process itself touches no queue: all that do are forks of it.
"""

from __future__ import annotations

import shutil
import sys
from importlib import import_module
from itertools import count
from pathlib import Path

from tests.queue_servers import Stream, Topic
from tests.warehouse.forks import answer_of_fork, die_at, in_fork, was_killed
from warehouse.base.settings import Settings
from warehouse.landing.arrival.order import read_order
from warehouse.loading.ingest import ingest_source
from warehouse.places.fetch import fetch_queues
from warehouse.source_definitions.folders import load_source

SOURCE = "kiosk"
_MOST_STEPS = 2000


def main() -> None:
    """Kill at each EVERY-th step until a reader is no longer killed."""
    for name in ("pyarrow.parquet", "redis", "warehouse.files.text_parquet"):
        import_module(name)  # once, and not in each fork
    home, sources, address, every = sys.argv[1:]
    queue = Topic(address) if address.startswith("kafka") else Stream(address)
    settings = Settings(home=Path(home), sources_folder=Path(sources), memory_limit="500MB", threads=1)
    assert in_fork(queue.send, [_order(1), _order(2)]) == 0
    assert in_fork(_fetch, settings) == 0
    assert in_fork(queue.send, [_order(3), _order(4), _order(5)]) == 0
    kills = 0
    for step in count(max(1, int(every) // 2), int(every)):
        assert step < _MOST_STEPS
        tried = settings.model_copy(update={"home": Path(f"{home}-{step}")})
        shutil.copytree(settings.home, tried.home)
        killed = was_killed(in_fork(_fetch_and_die, tried, step))
        assert in_fork(_fetch, tried) == 0, step
        names = [arrival.name for arrival in read_order(tried.landing_of(SOURCE))[0]]
        assert len(set(names)) == len(names) == 2, (step, names)
        # Rows read and loaded of each batch: none was known already, none is lacking.
        assert answer_of_fork(_rows_loaded, tried) == [[2, 2], [3, 3]], step
        shutil.rmtree(tried.home)
        if not killed:
            break
        kills += 1
    sys.stdout.write(str(kills))


def _order(number: int) -> bytes:
    return f'{{"order_id": {number}, "customer_id": "a", "ordered_at": "2024-05-01", "order_amount": 1.5}}'.encode()


def _fetch(settings: Settings) -> None:
    fetch_queues(settings, load_source(settings, SOURCE))


def _fetch_and_die(settings: Settings, step: int) -> None:
    die_at(step, str(settings.landing_of(SOURCE)))
    _fetch(settings)


def _rows_loaded(settings: Settings) -> list[list[int]]:
    return [[load.rows_read, load.rows_loaded] for load in ingest_source(settings, SOURCE).loads]


if __name__ == "__main__":
    main()
