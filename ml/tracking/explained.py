"""The page of a competition's run in MLflow: why this model, on one screen, with links to all else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ml.competition.picture import competition_picture
from ml.competition.results import Competition
from ml.competition.why import Competitor, competitors_of, outcome_words, why
from ml.tracking.descriptions import MODEL_CARD, NOTE
from ml.tracking.saved_views import runs_address, save_competition_view, save_view_over_dates
from ml.tracking.server import TrackingServer
from ml.tracking.versions import LONGEST_TEXT, RegisteredVersion
from warehouse.base.markdown import plain
from warehouse.jobs.spec import JobSpec

if TYPE_CHECKING:
    from mlflow import MlflowClient

PICTURE = "competition.svg"
_MODE = "workflowType=machine_learning"


@dataclass(frozen=True)
class Page:
    """The run that is described, and where it is."""

    client: MlflowClient
    experiment_id: str
    run_id: str
    spec: JobSpec


def explain_training(page: Page, competition: Competition, versions: Mapping[str, RegisteredVersion]) -> None:
    """Describe the run of a training, and draw its competition.

    Parameters
    ----------
    versions
        The versions that were registered, by candidate.
    """
    decision = competition.decision
    competitors = competitors_of(competition)
    runs = f"#/experiments/{page.experiment_id}/runs"
    links = [
        f"[version {version.version} ({plain(name)})](#/models/{version.model_name}/versions/{version.version})"
        f" with its [model card]({runs}/{version.run_id}/artifacts/{MODEL_CARD}?{_MODE})"
        for name, version in versions.items()
    ]
    links.append(f"[picture]({runs}/{page.run_id}/artifacts/{PICTURE}?{_MODE})")
    _explain(page, why(page.spec, outcome_words(decision), competitors, decision), links)
    if picture := competition_picture(page.spec, competitors, decision.baseline):
        page.client.log_text(page.run_id, picture, PICTURE)


def explain_results(
    server: TrackingServer, spec: JobSpec, run_id: str, outcome: str, competitors: Sequence[Competitor]
) -> None:
    """Describe the run of a job without a model."""
    with server.client() as client:
        page = Page(client, server.experiment_id(client, spec.model_name), run_id, spec)
        _explain(page, why(spec, plain(outcome), competitors), [])


def place_of(server: TrackingServer, run_id: str) -> str:
    """Where MLflow's pages show the training of a candidate's run; empty if it is gone."""
    from mlflow.exceptions import MlflowException

    with server.client() as client:
        try:
            run = client.get_run(run_id)
        except MlflowException:
            return ""
    shown = run.data.tags.get("mlflow.parentRunId", run_id)
    return f"#/experiments/{run.info.experiment_id}/runs/{shown}?{_MODE}"


def _explain(page: Page, text: str, links: Sequence[str]) -> None:
    address = runs_address(page.experiment_id, page.run_id, page.spec)
    more = f"More: {' · '.join([f'[all candidates, best first]({address})', *links])}."
    page.client.set_tag(page.run_id, NOTE, f"{text[: LONGEST_TEXT - len(more)]}\n\n{more}")
    save_competition_view(page.client, page.experiment_id, page.spec, page.run_id)
    save_view_over_dates(page.client, page.experiment_id, page.spec)
