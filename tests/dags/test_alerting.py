"""Whom the DAGs tell: failures of tasks, warnings of gates, publications; and that telling never fails a run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from warehouse.alerts.alert import Alert, alerts_file, last_alert
from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings

pytestmark = pytest.mark.usefixtures("dag_bag")

PLAN = {"source": "cdnow", "as_of_date": "1998-07-01", "pipeline_run_id": "cdnow-1"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CLIENTELE_HOME", str(tmp_path))
    monkeypatch.setenv("CLIENTELE_ALERT_WEBHOOK_URL", "")
    return Settings()


def task(task_id: str = "load", plan: Any = None) -> Any:
    return SimpleNamespace(
        dag_id="ingest_sources", task_id=task_id, run_id="manual-1", log_url="http://a/log", xcom_pull=lambda **_: plan
    )


def failed(error: BaseException | None, **context: Any) -> Alert | None:
    """The alert that comes of a failed task."""
    from alerting import alert_failure

    alert_failure({"ti": task(), "exception": error, "triggering_asset_events": {}, "params": {}, **context})
    return last_alert(Settings())


def test_every_task_and_run_tells_when_it_fails_apart_from_tasks_that_only_show_a_model(dags: dict[str, Any]) -> None:
    from alerting import alert_failure, alert_run_failure

    for dag in dags.values():
        assert dag.on_failure_callback is alert_run_failure
        for one in dag.tasks:
            expected = [] if one.task_type == "ModelProgress" else [alert_failure]
            told = one.on_failure_callback or []  # of a mapped task as it was given, of any other a list
            assert (list(told) if isinstance(told, Sequence) else [told]) == expected, one.task_id


def test_the_words_for_people_come_through_the_error_that_ends_retries(home: Settings) -> None:
    from wiring import readable

    @readable
    def load() -> None:
        raise LandingError("orders.csv is empty.", "Send it again.")

    with pytest.raises(Exception, match=r"orders\.csv is empty") as caught:
        load()
    alert = failed(caught.value, params={"source": "files", "as_of_date": None})
    assert (alert.kind, alert.dag, alert.task) == ("failed", "ingest_sources", "load")
    assert (alert.message, alert.what_to_do) == ("orders.csv is empty.", "Send it again.")
    assert (alert.source, alert.run_id, alert.link) == ("files", "manual-1", "http://a/log")


def test_whose_run_it_was_is_told_by_the_plan_then_by_the_event(home: Settings) -> None:
    event = SimpleNamespace(extra={**PLAN, "source": "files"})
    alert = failed(None, ti=task(plan=PLAN), triggering_asset_events={"raw": [event]})
    assert (alert.source, alert.as_of_date, alert.run_id) == ("cdnow", "1998-07-01", "cdnow-1")
    assert "without a word" in alert.message
    assert "When it fails" in alert.what_to_do
    assert failed(None, triggering_asset_events={"raw": [event]}).source == "files"


def test_a_failure_is_told_even_where_nothing_else_is_known(home: Settings) -> None:
    from alerting import alert_failure

    alert_failure({"ti": task()})  # as in the DAG processor, which has no exception and may have no events
    assert last_alert(home).task == "load"


def test_a_run_tells_for_a_task_that_was_killed_and_not_for_one_that_has_told(home: Settings) -> None:
    from alerting import alert_run_failure

    alert_run_failure({"ti": task(), "reason": "task_failure"})
    alert_run_failure({"ti": task(), "reason": "task_failure"})
    assert len(alerts_file(home).read_text().splitlines()) == 1
    assert "without a word" in last_alert(home).message
    other = task("plan")
    other.run_id = "manual-2"
    alert_run_failure({"ti": other})
    assert last_alert(home).task == "plan"


def test_models_of_dbt_are_silent(home: Settings) -> None:
    assert failed(None, ti=task("dbt.fct_orders")) is None


def gate_result(*warnings: Any) -> Any:
    from expectations.results import GateResult

    return GateResult("marts", "cdnow", date(1998, 7, 1), datetime(1998, 7, 1), Path("/docs/index.html"), warnings)


def check(severity: str, success: bool) -> Any:
    from expectations.results import Check

    return Check("s", "marts.fct_orders", None, "e", severity, success, "3 rows: Ada", 3, "amounts are usual", "Look.")


def test_warnings_of_a_gate_are_told_without_what_was_found(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    import alerting

    monkeypatch.setattr(alerting, "get_current_context", lambda: {"ti": task("check_marts")})
    alerting.alert_warnings(gate_result(check("warning", True), check("critical", True)), PLAN)
    assert last_alert(home) is None
    alerting.alert_warnings(gate_result(check("warning", False), check("warning", True)), PLAN)
    alert = last_alert(home)
    assert alert.message == "Gate marts passed with 1 warnings: marts.fct_orders – amounts are usual"
    assert (alert.kind, alert.what_to_do, alert.link) == ("warning", "Look.", "/docs/index.html")
    assert "Ada" not in alerts_file(home).read_text()


def test_telling_of_a_publication_that_cannot_be_read_fails_nothing(home: Settings) -> None:
    from alerting import alert_publication

    alert_publication(PLAN)  # nothing is published in this home
    assert last_alert(home) is None
