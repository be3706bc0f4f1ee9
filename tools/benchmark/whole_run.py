"""One run of a source through Airflow, measured: stage times, Airflow's share, peak memory.

Airflow's share is the time from the trigger to the end of the last DAG during which no task of ours was working:
what the scheduler needs to notice, queue, start and hand over. The start-up of the servers is reported separately.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psutil

from services import pipeline
from services.airflow_api import AirflowApi
from services.embedded import AIRFLOW_PARTS, ALL_SERVICES, is_up, up
from services.follow import FIRST_DAG, Follower, is_model
from services.processes import family_of, stop
from services.sign_in import signed_in
from tools.benchmark.report import table
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings
from warehouse.runs.dag_ids import PIPELINE_DAGS

_SAMPLE_SECONDS = 0.5
_MIB = 1 << 20


@dataclass
class Measured:
    """What one run took. Times in seconds, memory in MiB."""

    source: str
    measured_at: str
    processors: int
    start_up_seconds: float
    run_seconds: float = 0.0
    stage_seconds: dict[str, float] = field(default_factory=dict)
    task_seconds: dict[str, float] = field(default_factory=dict)
    working_seconds: float = 0.0
    airflow_seconds: float = 0.0
    peak_memory_mib: float = 0.0
    peak_memory_by_service_mib: dict[str, float] = field(default_factory=dict)


def measure(settings: Settings, request: pipeline.Request) -> Measured:
    """Run the source once, with Airflow started for it, and return what it took.

    Raises
    ------
    ClienteleError
        If Airflow is running already (its start-up could not be measured), or the run fails.
    """
    if is_up(settings):
        raise ClienteleError("Airflow is running, so its start cannot be measured.", "Run: make down")
    pipeline.land(settings, request, print)
    watch = MemoryWatch(settings)
    watch.start()
    try:
        began = time.monotonic()
        where = up(settings, print, with_pages=False)
        result = Measured(
            source=request.source,
            measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
            processors=psutil.cpu_count() or 0,
            start_up_seconds=round(time.monotonic() - began, 1),
        )
        _follow(settings, signed_in(settings, where), request, result)
    finally:
        watch.end()
        stop(settings, list(AIRFLOW_PARTS))
    result.peak_memory_mib = round(watch.peak)
    result.peak_memory_by_service_mib = {name: round(size) for name, size in watch.peak_by_service.items()}
    return result


class MemoryWatch(threading.Thread):
    """Samples the memory of all our processes: shared pages are counted once (PSS)."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(daemon=True)
        self.settings = settings
        self.peak = 0.0
        self.peak_by_service = dict.fromkeys(ALL_SERVICES, 0.0)
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(_SAMPLE_SECONDS):
            sizes = {name: sum(map(_memory_mib, family_of(self.settings, [name]))) for name in ALL_SERVICES}
            self.peak = max(self.peak, sum(sizes.values()))
            self.peak_by_service = {name: max(size, self.peak_by_service[name]) for name, size in sizes.items()}

    def end(self) -> None:
        self._over.set()
        self.join()


def _memory_mib(process: psutil.Process) -> float:
    try:
        sizes = process.memory_full_info()
    except psutil.Error:
        return 0.0
    return getattr(sizes, "pss", sizes.rss) / _MIB


def _follow(settings: Settings, api: AirflowApi, request: pipeline.Request, result: Measured) -> None:
    run_id = api.trigger(FIRST_DAG, pipeline.parameters(request))
    plan = Follower(api, settings.airflow_home / "logs", print).follow(run_id)
    spans = []
    began = ended = 0.0
    for dag_id in PIPELINE_DAGS:
        if dag_id != FIRST_DAG:
            run_id = api.runs_of_partition(dag_id, plan["pipeline_run_id"])[-1]["dag_run_id"]
        run = api.run(dag_id, run_id)
        began = began or _moment(run["queued_at"])
        ended = _moment(run["end_date"])
        result.stage_seconds[dag_id] = round(ended - _moment(run["start_date"]), 1)
        for task in api.task_instances(dag_id, run_id):
            if not is_model(task["task_id"]) and task["start_date"] and task["end_date"]:
                spans.append((_moment(task["start_date"]), _moment(task["end_date"])))
                result.task_seconds[f"{dag_id}.{task['task_id']}"] = round(task["duration"] or 0.0, 1)
    result.run_seconds = round(ended - began, 1)
    result.working_seconds = round(covered(spans), 1)
    result.airflow_seconds = round(result.run_seconds - result.working_seconds, 1)


def covered(spans: list[tuple[float, float]]) -> float:
    """Return how long at least one of the spans lasted.

    >>> covered([(0, 2), (1, 3), (5, 6)])
    4
    """
    total, reached = 0, float("-inf")
    for begin, end in sorted(spans):
        total += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def report_lines(result: Measured) -> list[str]:
    """Return the report as Markdown."""
    stages, tasks = result.stage_seconds.items(), result.task_seconds.items()
    services = [(name, size) for name, size in result.peak_memory_by_service_mib.items() if size]
    return [
        f"# {result.source}, {result.measured_at}",
        "",
        f"{result.processors} processors. From trigger to published **{result.run_seconds} s**, of which tasks worked "
        f"{result.working_seconds} s and Airflow took {result.airflow_seconds} s. Airflow's start before it: "
        f"{result.start_up_seconds} s. Peak memory of all processes: **{result.peak_memory_mib} MiB**.",
        "",
        *table("## Stages", ("stage", "seconds"), list(stages)),
        *table("## Tasks", ("task", "seconds"), list(tasks)),
        *table("## Memory", ("service with its tasks", "peak MiB"), services),
    ]


def _moment(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
