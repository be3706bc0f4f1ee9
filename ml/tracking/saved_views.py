"""Views of an experiment's runs that MLflow offers by name (*Views*): which runs, in which order, with which figures.

MLflow keeps a view as a tag of the experiment: its name, and the state of the page as compressed JSON. A link with
the key of the view opens it.
"""

from __future__ import annotations

import json
import time
import zlib
from base64 import b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING

from warehouse.jobs.spec import JobSpec

if TYPE_CHECKING:
    from mlflow import MlflowClient

COMPETITION, OVER_DATES = "competition", "over_dates"
_TAG = "mlflow.sharedViewState."
_SECTION = "figures"
_MOST_FIGURES = 5


def save_competition_view(client: MlflowClient, experiment_id: str, spec: JobSpec, run_id: str) -> None:
    """Save the view of the newest competition: the runs below a run, the best first, a chart for each figure."""
    charts = [_chart(name, "BAR") for name in _of(spec)]
    state = _state(f"tags.`mlflow.parentRunId` = '{run_id}'", spec, ("role",), charts)
    _save(client, experiment_id, COMPETITION, "The newest competition, best first", state)


def save_view_over_dates(client: MlflowClient, experiment_id: str, spec: JobSpec) -> None:
    """Save the view of backtests: a line over the origins for each candidate."""
    charts = [_chart(name, "LINE") for name in _of(spec)]
    state = _state("tags.role = 'backtest_candidate'", spec, ("candidate", "source"), charts)
    _save(client, experiment_id, OVER_DATES, "Figures over dates (backtests)", state)


def runs_address(experiment_id: str, run_id: str, spec: JobSpec) -> str:
    """The address of the runs below a run, the best first."""
    ascending = str(_is_less_better(spec)).lower()
    return (
        f"#/experiments/{experiment_id}/runs?workflowType=machine_learning"
        f"&searchFilter=tags.%60mlflow.parentRunId%60%20%3D%20%27{run_id}%27"
        f"&orderByKey=metrics.%60{spec.rank_metric}%60&orderByAsc={ascending}"
    )


def _of(spec: JobSpec) -> list[str]:
    return list(spec.figures)[:_MOST_FIGURES]


def _is_less_better(spec: JobSpec) -> bool:
    return spec.figures[spec.rank_metric].better == "less"


def _state(which: str, spec: JobSpec, tags: Sequence[str], charts: Sequence[dict[str, object]]) -> dict[str, object]:
    shown = [*(f"tags.`{name}`" for name in tags), *(f"metrics.`{name}`" for name in _of(spec))]
    return {
        "searchFilter": which,
        "orderByKey": f"metrics.`{spec.rank_metric}`",
        "orderByAsc": _is_less_better(spec),
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": shown,
        "runsHiddenMode": "SHOW_ALL",
        "compareRunCharts": list(charts),
        "compareRunSections": [{"uuid": _SECTION, "name": "Figures", "display": True, "isReordered": False}],
    }


def _chart(name: str, kind: str) -> dict[str, object]:
    chart: dict[str, object] = {
        "type": kind,
        "uuid": f"{_SECTION}-{name}",
        "metricSectionId": _SECTION,
        "metricKey": name,
        "runsCountToCompare": 20,
        "deleted": False,
        "isGenerated": False,
    }
    if kind == "LINE":
        chart |= {"selectedMetricKeys": [name], "xAxisKey": "step"}
    return chart


def _save(client: MlflowClient, experiment_id: str, key: str, name: str, state: dict[str, object]) -> None:
    now_ms = int(time.time() * 1000)
    packed = b64encode(zlib.compress(json.dumps(state).encode())).decode()
    view = {"name": name, "createdAt": now_ms, "updatedAt": now_ms, "state": f"deflate;{packed}"}
    client.set_experiment_tag(experiment_id, f"{_TAG}{key}", json.dumps(view))
