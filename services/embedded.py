"""The embedded set-up: Airflow's parts, MLflow and the dashboard on this machine, started and stopped together."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from services import left_over
from services.airflow_api import AirflowApi, AirflowUnavailable
from services.endpoints import addresses, choose_addresses, is_listening, shared_secrets
from services.environment import HOST, Addresses, airflow_environment, base_environment, folders_to_make
from services.processes import begin, end_left_behind, finish, running, start, stop
from services.sign_in import airflow_password, signed_in
from services.users import ask_to_stay_up, no_longer_stay_up, unused
from warehouse.base.errors import ClienteleError
from warehouse.base.machine_faults import FREE_SPACE, disk_is_full
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.runs.dag_ids import PIPELINE_DAGS
from warehouse.source_definitions.folders import load_source

_API_SERVER = "airflow-api-server"
AIRFLOW_PARTS = {
    _API_SERVER: ["airflow", "api-server"],
    "airflow-scheduler": ["services.scheduler"],
    "airflow-dag-processor": ["services.dag_processor"],
    "airflow-triggerer": ["airflow", "triggerer", "--skip-serve-logs"],
}
MLFLOW_SERVER = "mlflow-server"
DASHBOARD = "dashboard"
_PORTS = {MLFLOW_SERVER: "mlflow_port", DASHBOARD: "dashboard_port"}
SCORER = "scorer"  # started by itself (services.scorer), stopped with the others
ALL_SERVICES = [*AIRFLOW_PARTS, *_PORTS, SCORER]

_START_TIMEOUT_SECONDS = 240.0


class StartFailed(ClienteleError):
    """A part of the embedded set-up did not come up."""


def is_up(settings: Settings) -> bool:
    """Return whether all parts of Airflow are running."""
    return all(running(settings, name) for name in AIRFLOW_PARTS)


def up(
    settings: Settings,
    say: Callable[[str], None],
    *,
    with_pages: bool = True,
    stays: bool = True,
    interrupted: str = left_over.FINISH,
    source: str = "sample_shop",
) -> Addresses:
    """Start what is not running and wait until it is ready for work.

    Parameters
    ----------
    with_pages
        Whether MLflow and the dashboard are started as well, which no run needs.
    stays
        Whether it stays up until it is taken down, and not only as long as runs need it.
    interrupted
        Whether what an interruption left unfinished is finished or ended (`services.left_over`).
    source
        The one that is likely to run first: what dbt parses for Airflow serves its first run.

    Raises
    ------
    StartFailed
        If a part ends or does not answer in time; the message names its log.
    SourceError
        If a source that is watched, or runs by the clock, is unknown or wrong.
    """
    for name in {*settings.schedules, *filter(None, [settings.watched_source])}:
        load_source(settings, name)  # else Airflow would tell of it, in a list of DAGs that cannot be read
    for folder in folders_to_make(settings):
        folder.mkdir(parents=True, exist_ok=True)
    with _alone(settings):
        end_orphans(settings, say)
        where = addresses(settings)
        ended: list[left_over.LeftOver] = []
        if not is_up(settings):
            no_longer_stay_up(settings)
            stop(settings, list(AIRFLOW_PARTS))
            end_orphans(settings, say)
            found = left_over.left_over(settings)
            for line in left_over.told(found, interrupted):
                say(line)
            ended = left_over.to_end(found, interrupted)
            kept = {port: getattr(where, port) for name, port in _PORTS.items() if running(settings, name)}
            where = choose_addresses(settings, say, kept)
            _start_airflow(settings, where, say, ended, source)
        if stays:
            ask_to_stay_up(settings)
        pages = _pages(settings, where) if with_pages else {}
        for name, arguments in pages.items():
            if not running(settings, name):
                start(settings, name, arguments, base_environment(settings))
        needed = [*AIRFLOW_PARTS, *pages]
        _make_ready(settings, signed_in(settings, where), needed)
        left_over.end_not_begun(signed_in(settings, where), ended)
        for name in pages:
            _wait_until(partial(is_listening, getattr(where, _PORTS[name])), settings, needed)
    return where


def has_own_mlflow(settings: Settings) -> bool:
    """Return whether the person runs an MLflow server of their own, so that none is started."""
    return settings.mlflow_tracking_uri.startswith(("http://", "https://"))


def down(settings: Settings, say: Callable[[str], None] = print) -> list[str]:
    """Stop everything, what a killed service left behind as well, and return what was running."""
    no_longer_stay_up(settings)
    stopped = stop(settings, ALL_SERVICES)
    end_orphans(settings, say)
    return stopped


def stop_unused(settings: Settings, say: Callable[[str], None]) -> None:
    """Stop Airflow where no run needs it any more and nobody asked for it to stay up."""
    if not settings.run_folder.exists():  # nothing could be started: the home cannot be written
        return
    with _alone(settings), unused(settings) as is_unused:
        if is_unused:
            stop(settings, list(AIRFLOW_PARTS))
            end_orphans(settings, say)


def end_orphans(settings: Settings, say: Callable[[str], None]) -> None:
    """End what killed services of this home left behind, and say so."""
    ended = end_left_behind(settings, ALL_SERVICES)
    if ended:
        count = "a process" if len(ended) == 1 else f"{len(ended)} processes"
        say(f"Ended {count} that a killed service had left behind:")
        for line in ended:
            say(f"  {line}")


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Let a second `make` in the same home wait until the first has started everything."""
    with (settings.run_folder / "starting.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start_airflow(
    settings: Settings, where: Addresses, say: Callable[[str], None], to_end: list[left_over.LeftOver], source: str
) -> None:
    is_first_start = not (settings.airflow_home / "airflow.db").exists()
    say("Starting Airflow" + (" for the first time: making its database." if is_first_start else "."))
    airflow_password(settings)  # else Airflow makes one and writes it into its log
    variables = airflow_environment(settings, where, shared_secrets(settings))
    # dbt writes the manifest from which build_marts draws its tasks, while Airflow sees to its database.
    preparations = {
        "dbt-parse": begin(
            settings, "dbt-parse", ["warehouse.marts.project_graph", source], base_environment(settings)
        ),
        "airflow-db": begin(settings, "airflow-db", ["airflow", "db", "migrate"], variables),
    }
    for name, child in preparations.items():
        if finish(child, _START_TIMEOUT_SECONDS):
            raise _start_failed(settings, name, "failed")
    api = signed_in(settings, where)
    for name, arguments in AIRFLOW_PARTS.items():
        start(settings, name, arguments, variables)
        if name == _API_SERVER and to_end:  # before the scheduler goes on with them
            _wait_until(lambda: _is_healthy(api, "metadatabase"), settings, [_API_SERVER])
            left_over.end_begun(api, to_end)


def _start_failed(settings: Settings, name: str, what: str) -> StartFailed:
    if disk_is_full(settings.home):
        return StartFailed(f"{name} {what}: the disk is full.", FREE_SPACE)
    return StartFailed(f"{name} {what}.", f"Its log: {settings.logs_folder / name}.log")


def _pages(settings: Settings, where: Addresses) -> dict[str, list[str]]:
    """Return the servers that people look at besides Airflow, each with what starts it."""
    mlflow = ["services.mlflow_server", "--host", HOST, "--port", str(where.mlflow_port), "--workers", "1"]
    mlflow += ["--backend-store-uri", settings.tracking_uri]
    mlflow += ["--artifacts-destination", settings.artifact_location]
    dashboard = {DASHBOARD: ["dashboard", "--host", HOST, "--port", str(where.dashboard_port)]}
    return dashboard if has_own_mlflow(settings) else {MLFLOW_SERVER: mlflow, **dashboard}


def _make_ready(settings: Settings, api: AirflowApi, needed: list[str]) -> None:
    parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
    _wait_until(lambda: _is_healthy(api, *parts), settings, needed)
    for name, definition in json.loads((CHECKOUT / "dags" / "pools.json").read_text()).items():
        api.set_pool(name, definition)
    _wait_until(lambda: _dags_are_there(api), settings, needed)


def _is_healthy(api: AirflowApi, *parts: str) -> bool:
    try:
        health = api.health()
    except AirflowUnavailable:
        return False
    return all((health.get(part) or {}).get("status") == "healthy" for part in parts)


def _dags_are_there(api: AirflowApi) -> bool:
    errors = api.import_errors()
    if errors:
        text = "\n".join(f"{error['filename']}: {error['stack_trace'].strip()[-600:]}" for error in errors)
        raise StartFailed(f"Airflow cannot read a DAG.\n{text}", "Mend the file; the next start tries again.")
    found = {dag["dag_id"]: dag for dag in api.dags()}
    if not set(PIPELINE_DAGS) <= set(found):
        return False
    for dag_id in PIPELINE_DAGS:
        if found[dag_id]["is_paused"]:
            api.unpause(dag_id)
    return True


def _wait_until(is_ready: Callable[[], bool], settings: Settings, needed: list[str]) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while not is_ready():
        ended = [name for name in needed if not running(settings, name)]
        if ended:
            raise _start_failed(settings, ended[0], "ended while starting")
        if time.monotonic() > deadline:
            raise StartFailed(
                f"Airflow is not ready after {_START_TIMEOUT_SECONDS:.0f} s.", f"Logs: {settings.logs_folder}"
            )
        time.sleep(0.3)
