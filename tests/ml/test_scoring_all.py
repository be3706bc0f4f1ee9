"""All jobs of a date scored at once: the same rows as one after the other, and what fails holds nobody up."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ml.lifecycle import scoring_all
from ml.lifecycle.scoring_all import score_all
from tests.ml.synthetic_shop import AS_OF_DATE, SOURCE
from tests.ml.test_a_new_job import STUB
from tests.ml.test_approval import copy_home
from warehouse.base.settings import Settings
from warehouse.jobs import registry

WEEKS, AGAIN = "order_weeks", "order_weeks_again"
JOBS = ("churn", WEEKS, "segmentation", AGAIN)
FEWER = JOBS[1:]  # enough where one of them fails
TABLES = ("customer_churn", "customer_segments", WEEKS, AGAIN)

pytestmark = pytest.mark.usefixtures("little_garbage")


@pytest.fixture(scope="module", autouse=True)
def two_more_jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Beside the shipped jobs two optional ones without a model."""
    folder = tmp_path_factory.mktemp("jobs")
    for file in STUB.glob("order_weeks*"):
        shutil.copy(file, folder)
    declaration = (folder / f"{WEEKS}.yml").read_text() + "optional: true\n"
    (folder / f"{WEEKS}.yml").write_text(declaration)
    (folder / f"{AGAIN}.yml").write_text(declaration.replace(f"table: {WEEKS}", f"table: {AGAIN}"))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setattr(registry, "FOLDERS", (*registry.FOLDERS, folder))
        yield


@pytest.fixture(scope="module")
def scored(trained, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[object], dict[str, list[tuple]]]:
    """A home with models whose jobs were scored with two threads, the reports and the rows."""
    home = copy_home(trained[0], tmp_path_factory.mktemp("scored"))
    return home, *scored_with(home, 2)


@pytest.fixture
def home(scored, tmp_path: Path) -> Settings:
    return copy_home(scored[0], tmp_path / "home")


@pytest.fixture
def before(scored) -> dict[str, list[tuple]]:
    return scored[2]


def scored_with(
    home: Settings, threads: int, jobs: tuple[str, ...] = JOBS
) -> tuple[list[object], dict[str, list[tuple]]]:
    reports = score_all(home.model_copy(update={"threads": threads}), jobs, SOURCE, AS_OF_DATE)
    with duckdb.connect(str(home.build_file(SOURCE)), read_only=True) as connection:
        rows = {
            table: connection.execute(
                f"select * exclude (mlflow_run_id, scored_at) from scores.{table} order by all"
            ).fetchall()
            for table in TABLES
        }
    return reports, rows


def test_two_threads_give_the_rows_of_one(trained, scored, tmp_path: Path) -> None:
    _, two, same_rows = scored
    one, rows = scored_with(copy_home(trained[0], tmp_path / "home"), 1)
    assert same_rows == rows
    assert [report.job for report in two] == list(JOBS)
    assert two == one
    assert all(report.rows_by_status["scored"] > 10 for report in two)


def killed(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("fault", "words"), [(killed, "killed, twice"), (lambda *_: 1 / 0, "division by zero")])
def test_a_job_that_fails_keeps_its_rows_and_the_others_get_theirs(
    home: Settings, before: dict[str, list[tuple]], monkeypatch: pytest.MonkeyPatch, fault: object, words: str
) -> None:
    import order_weeks_job

    results = order_weeks_job.OrderWeeksJob.results
    monkeypatch.setattr(
        "order_weeks_job.OrderWeeksJob.results", lambda job, *of: (fault if job.name == AGAIN else results)(job, *of)
    )
    with duckdb.connect(str(home.build_file(SOURCE))) as connection:
        connection.execute(f"delete from scores.{WEEKS}")
    reports, after = scored_with(home, 2, FEWER)
    assert after == before
    assert words in reports[-1].reason
    assert "Former scores stay." in reports[-1].reason


def test_what_the_pipeline_needs_fails_before_anything_is_written(
    home: Settings, before: dict[str, list[tuple]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(str(home.build_file(SOURCE))) as connection:
        connection.execute(f"delete from scores.{WEEKS}")
    monkeypatch.setattr("ml.jobs.segmentation.job.SegmentationJob.scores", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        scored_with(home, 2, FEWER)
    with duckdb.connect(str(home.build_file(SOURCE)), read_only=True) as connection:
        assert connection.execute(f"select count(*) from scores.{WEEKS}").fetchone() == (0,)
    assert before[WEEKS]


def test_who_reads_scores_of_others_is_scored_after_these_are_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lifetime value in 365 days is no less than in 180 and 90 days, in the first run as well."""
    done: list[str] = []
    written = {"clv": "clv written", "churn": "churn written"}
    monkeypatch.setattr(scoring_all, "_computed", lambda _settings, jobs, *_: {job: job for job in jobs})
    monkeypatch.setattr(scoring_all, "_written", lambda job, *_: done.append(written[job]) or job)
    monkeypatch.setattr(scoring_all, "score_as_declared", lambda _settings, job, *_: done.append(job) or job)
    jobs = ("clv_180d", "clv", "clv_365d", "churn")
    reports = score_all(settings.model_copy(update={"threads": 2}), jobs, SOURCE, AS_OF_DATE)
    assert done == ["clv written", "churn written", "clv_180d", "clv_365d"]
    assert reports == list(jobs)
