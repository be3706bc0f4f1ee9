"""Descriptions on MLflow's pages: of experiments, registered models, their versions, and the data of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ml.tracking.job import TrackedJob
from ml.tracking.server import TrackingServer
from ml.tracking.versions import LONGEST_TEXT, RegisteredVersion
from warehouse.jobs.spec import JobSpec

if TYPE_CHECKING:
    from mlflow import MlflowClient


MODEL_CARD = "model_card.md"
NOTE = "mlflow.note.content"  # the tag that the pages show as the description of an experiment or a run
_LONGEST_DIGEST = 36
_DATES = ("first_training_date", "last_training_date", "evaluation_date")
_SECTION = "\n\n## "


def describe_job(client: MlflowClient, experiment_id: str, job: TrackedJob, fingerprint: Mapping[str, str]) -> None:
    """Describe the job in the experiment and in the registered model, if there is one."""
    text = _job_words(job, fingerprint)
    client.set_experiment_tag(experiment_id, NOTE, text)
    if client.search_registered_models(f"name = '{job.model_name}'", max_results=1):
        client.update_registered_model(job.model_name, text)


def describe_results(server: TrackingServer, spec: JobSpec, question: str) -> None:
    """Describe a job without a model in its experiment."""
    words = [
        question,
        "**Evaluation.** A run holds the results of a date; the runs below it are the ways to compute them that "
        "competed, fitted on an earlier time than they are measured on. A model computes the results only where it "
        "beats the best rule beyond chance; the tag `serves` says which did, `decision_reason` why.",
        f"Results are in `scores.{spec.scores.table}`; decisions in `quality.model_promotions`.",
    ]
    with server.client() as client:
        client.set_experiment_tag(server.experiment_id(client, spec.model_name), NOTE, "\n\n".join(words))


def describe_version(server: TrackingServer, experiment_id: str, version: RegisteredVersion, card: str) -> None:
    """Show a version's model card, as much of it as its page holds, and a link to the whole."""
    path = f"#/experiments/{experiment_id}/runs/{version.run_id}/artifacts/{MODEL_CARD}"
    with server.client() as client:
        client.update_model_version(version.model_name, version.version, _as_description(card, path))


def _as_description(card: str, path: str) -> str:
    """The card with whole sections only: of one that is too long, the longest are left out and named.

    The decision is kept, which is what people ask about.
    """
    head, *sections = card.strip().split(_SECTION)
    left_out: list[str] = []
    while True:
        without = f", with what is left out here: {', '.join(left_out)}" if left_out else ""
        text = f"[Model card]({path}){without}.\n\n{_SECTION.join([head, *sections])}"
        others = [section for section in sections if not section.startswith("Decision\n")]
        if len(text) <= LONGEST_TEXT or not others:
            return text[:LONGEST_TEXT]
        longest = max(others, key=len)
        sections.remove(longest)
        left_out.append(longest.partition("\n")[0])


def log_data(fingerprint: Mapping[str, str], context: str) -> None:
    """Log the data of the active run as a dataset, which MLflow's pages show."""
    from mlflow import MlflowClient, active_run
    from mlflow.entities import Dataset, DatasetInput, InputTag

    run = active_run()
    if run is None:
        return
    dataset = Dataset(
        name=f"{fingerprint['source']} as of {fingerprint['as_of_date']}",
        digest=fingerprint["content_sha256"][:_LONGEST_DIGEST],
        source_type="code",
        source=json.dumps({"tags": {"source": fingerprint["source"], "schema": "marts"}}),
        profile=json.dumps(_sizes(fingerprint)),
    )
    MlflowClient().log_inputs(run.info.run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", context)])])


def _sizes(fingerprint: Mapping[str, str]) -> dict[str, int | str]:
    """Rows and dates: all that is said of the data, no value of a row among it."""
    counts = {
        name.removesuffix("_row_count"): int(value)
        for name, value in fingerprint.items()
        if name.endswith("_row_count") and value.isdecimal()
    }
    dates = {name: fingerprint[name] for name in _DATES if fingerprint.get(name, "none") != "none"}
    rows = {f"{name}_rows": count for name, count in counts.items()}
    return {"num_rows": sum(counts.values()), **rows, **dates}


def _job_words(job: TrackedJob, fingerprint: Mapping[str, str]) -> str:
    holdout = f"holdout {fingerprint.get('evaluation_date', '')}".strip()
    words = [
        job.purpose(fingerprint),
        f"**Evaluation, as of the last training.** {job.protocol(fingerprint, holdout)}",
        "**Who serves.** A run holds a training; the runs below it are candidates and baselines (simple rules), tag "
        "`role`. A candidate serves only when it beats the best baseline, and the model that served before; tags "
        "`decision` and `decision_reason` have the outcome, the alias `champion-<source>` points to what serves.",
        f"Scores are in `scores.{job.score_table}`; decisions in `quality.model_promotions`.",
    ]
    return "\n\n".join(words)[:LONGEST_TEXT]
