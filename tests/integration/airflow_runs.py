"""A real embedded Airflow as its users meet it: trigger over REST, wait, answer questions."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from services import embedded
from services.airflow_api import AirflowApi, AirflowUnavailable
from services.environment import airflow_environment
from services.failures import explain
from services.sign_in import signed_in
from tests.integration import pipeline
from tests.parsed_once import parsed_once_in
from tests.quick_models import quick_models_elsewhere
from tests.server.native_server import free_port
from warehouse.base.permissions import OWNER_ALONE, keep_private
from warehouse.base.settings import Settings
from warehouse.jobs.registry import job_spec, job_specs, trained_jobs
from warehouse.marts.parsed_project import parsed_file

SOURCE = "sample_shop"
_ENVIRONMENT = {
    "CLIENTELE_MEMORY_LIMIT": "1GB",
    "CLIENTELE_THREADS": "2",
    "CLIENTELE_MLFLOW_TRACKING_URI": "",
    # Of the runs that nobody starts by hand.
    "CLIENTELE_PROMOTION_NEEDS_APPROVAL": "true",
}
# Looking for news, of which there is little, takes up to a third of a core.
_CALM = {
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "2",
}
_PATIENCE_SECONDS = 900.0
_READING_SECONDS = 5.0
_POLL_SECONDS = 3.0  # each question takes the API server a while
_Found = TypeVar("_Found")


@contextmanager
def private_home(folder: Path, customer_count: int) -> Iterator[Settings]:
    """Settings of a home of the sample shop, in the environment too, as Airflow's processes read them there."""
    ports = {"CLIENTELE_AIRFLOW_PORT": str(free_port()), "CLIENTELE_MLFLOW_PORT": str(free_port())}
    shop = {"CLIENTELE_HOME": str(folder), "CLIENTELE_SAMPLE_CUSTOMER_COUNT": str(customer_count)}
    # Three of the models are enough for questions, answers and scores; test_pipeline.py trains and scores all jobs.
    off = [spec.name for spec in job_specs() if spec.optional]
    assert len(set(trained_jobs()) - set(off)) > 2
    shop["CLIENTELE_JOBS_OFF"] = ",".join(off)
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {**_ENVIRONMENT, **ports, **shop}.items():
            patched.setenv(name, value)
        # As `run_command` does around every command.
        umask = os.umask(OWNER_ALONE)
        keep_private(Settings())
        yield Settings()
        os.umask(umask)


def with_project_parsed(home: Settings, parsed_folder: Path) -> None:
    """Keep in the home what dbt parsed for all tests, as if Airflow had been started in it before."""
    file = parsed_file(home, SOURCE)
    file.parent.mkdir(parents=True)
    shutil.copyfile(parsed_once_in(parsed_folder, home.build_file(SOURCE), {}), file)


@contextmanager
def started(home: Settings, models: Path) -> Iterator[AirflowRuns]:
    """Airflow up, with quick models, whose settings are written into a folder; it looks for news less often."""
    first = str(quick_models_elsewhere(models))

    def environment(*given: Any) -> dict[str, str]:
        variables = airflow_environment(*given)
        return {**variables, **_CALM, "PYTHONPATH": os.pathsep.join([first, variables["PYTHONPATH"]])}

    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(embedded, "airflow_environment", environment)
            where = embedded.up(home, print, with_pages=False)
        yield AirflowRuns(signed_in(home, where), home.airflow_home)
    finally:
        embedded.down(home)


def decisions(settings: Settings, job: str, *kinds: str) -> list[tuple[str, str, str]]:
    """Published decisions about a job's models, the first one first: decision, version, reason."""
    rows = pipeline.published(
        settings,
        f"select decision, model_version, reason from quality.model_promotions where job = '{job}' order by decided_at",
    )
    return [row for row in rows if row[0] in kinds]


def scored_by(settings: Settings, job: str, day: str) -> set[str]:
    """Versions that the published scores of a date come from."""
    table = job_spec(job).scores.table
    query = f"select distinct model_version from scores.{table} where as_of_date = date '{day}'"
    return {version for (version,) in pipeline.published(settings, query)}


@dataclass(frozen=True)
class Asked:
    """What came of a run through all four DAGs in which people were asked.

    Attributes
    ----------
    questions
        Those about each job.
    unanswered
        The job whose question nobody answered in time.
    scored_before
        Whether score_customers had started while people were still being asked.
    training
        The states of train_models' tasks.
    """

    questions: dict[str, dict[str, Any]]
    unanswered: str
    scored_before: bool
    training: dict[str, str]


class AirflowRuns:
    """Runs of the DAGs of one Airflow.

    Parameters
    ----------
    airflow_home
        Has the tasks' logs and Airflow's database.
    """

    def __init__(self, api: AirflowApi, airflow_home: Path) -> None:
        self.api = api
        self.logs = airflow_home / "logs"
        self.database = airflow_home / "airflow.db"

    def newest(self, dag_id: str) -> str | None:
        """Return the id of the DAG's newest run."""
        runs = self.api.get(f"/dags/{dag_id}/dagRuns", order_by="-run_after", limit=1)["dag_runs"]
        return runs[0]["dag_run_id"] if runs else None

    def next_run(self, dag_id: str, after: str | None) -> str:
        """Wait for a run of the DAG that is newer than a known one."""
        return self.wait(lambda: found if (found := self.newest(dag_id)) != after else None, dag_id)

    def finish(self, dag_id: str, run_id: str) -> dict[str, str]:
        """Wait for the end of a run; return the states of its tasks, or raise with the reason of its failure."""

        def ended() -> str | None:
            state = self.api.run(dag_id, run_id)["state"]
            return state if state in ("success", "failed") else None

        state = self.wait(ended, dag_id)
        tasks = self.api.task_instances(dag_id, run_id)
        assert state == "success", explain(self.api, self.logs, dag_id, run_id, tasks)
        return {task["task_id"]: task["state"] for task in tasks}

    def run_with_questions(self, as_of_date: str, approved: str) -> Asked:
        """A run of the shop as of a date: one new model is approved, for one the time to answer runs out, and any
        other is rejected.
        """
        run_id = self.api.trigger("ingest_sources", {"source": SOURCE, "as_of_date": as_of_date})
        self.finish("ingest_sources", run_id)
        training = self.next_run("train_models", None)
        scored_before, unanswered = [], []

        def decide(job: str) -> tuple[str, str] | None:
            scored_before.append(self.newest("score_customers"))
            if job == approved:
                return "Approve", "looks right"
            if unanswered in ([], [job]):
                unanswered[:] = [job]
                return None
            return "Reject", "not before the sale"

        questions = self.answer_all(training, decide)
        states = self.finish("train_models", training)
        self.finish("score_customers", self.next_run("score_customers", None))
        return Asked(questions, unanswered[0], any(scored_before), states)

    def answer_all(self, run_id: str, decide: Callable[[str], tuple[str, str] | None]) -> dict[str, dict[str, Any]]:
        """Answer each question of a run of train_models as it comes up, until the run has ended.

        Parameters
        ----------
        decide
            Gives the answer and a comment for a job; None: nobody answers, and the time to do so runs out.

        Returns
        -------
        dict
            The questions by job.
        """
        path = f"/dags/train_models/dagRuns/{urllib.parse.quote(run_id)}/hitlDetails"
        questions: dict[str, dict[str, Any]] = {}

        def ended() -> bool | None:
            for question in self.api.get(path)["hitl_details"]:
                job = self._job(question["subject"])
                questions[job] = question
                if not question["response_received"] and self._can_be_answered(question):
                    if (given := decide(job)) is None:
                        self._let_time_run_out(question["task_instance"])
                    else:
                        self._answer(question, *given)
            return True if self.api.run("train_models", run_id)["state"] in ("success", "failed") else None

        self.wait(ended, "train_models")
        return questions

    @staticmethod
    def _can_be_answered(question: dict[str, Any]) -> bool:
        """Whether it has been asked for a moment: as soon as anybody can read and answer it.

        Within a second Airflow 3.3 may take the end of the task that asked for that of the one that goes on with the
        answer (apache/airflow issue 72716), and asks again.
        """
        asked_at = datetime.fromisoformat(question["created_at"])
        has_settled = (datetime.now(UTC) - asked_at).total_seconds() > _READING_SECONDS
        return has_settled and question["task_instance"]["state"] == "awaiting_input"

    def _answer(self, question: dict[str, Any], option: str, comment: str) -> None:
        """Answer one question, as the buttons in Airflow do."""
        task = question["task_instance"]
        run_id = urllib.parse.quote(task["dag_run_id"])
        path = f"/dags/train_models/dagRuns/{run_id}/taskInstances/{task['task_id']}/{task['map_index']}/hitlDetails"
        body = {"chosen_options": [option], "params_input": {"comment": comment}}
        self.api._call("PATCH", f"/api/v2{path}", body)

    def _let_time_run_out(self, task: dict[str, Any]) -> None:
        """Put the end of the time to answer into the past, where Airflow's scheduler keeps it."""
        key = (task["dag_id"], task["dag_run_id"], task["task_id"], task["map_index"])
        with closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            which = "where dag_id = ? and run_id = ? and task_id = ? and map_index = ? and state = 'awaiting_input'"
            past = "strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 minute')"
            connection.execute(f"update task_instance set trigger_timeout = {past} {which}", key)

    @staticmethod
    def _job(subject: str) -> str:
        return next(spec.name for spec in job_specs() if subject.startswith(f"{spec.title.capitalize()},"))

    @staticmethod
    def wait(ready: Callable[[], _Found | None], what: str) -> _Found:
        def found_by_now() -> _Found | None:
            with suppress(AirflowUnavailable):  # at the first task of all it is busy for a while
                return ready()
            return None

        deadline = time.monotonic() + _PATIENCE_SECONDS
        while (found := found_by_now()) is None:
            assert time.monotonic() < deadline, f"{what}: nothing came of it in {_PATIENCE_SECONDS:.0f} s"
            time.sleep(_POLL_SECONDS)
        return found
