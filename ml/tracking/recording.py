"""Record a training in MLflow: a parent run, a nested run per candidate, and versions, which do not serve yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ml.competition.results import Competition, Result
from ml.competition.states import State
from ml.tracking.contents import log_documents, log_values, run_name
from ml.tracking.descriptions import MODEL_CARD, NOTE, describe_job, describe_version, log_data
from ml.tracking.documents import TRAINING_REPORT
from ml.tracking.explained import Page, explain_training
from ml.tracking.git import git_commit
from ml.tracking.job import TrackedJob
from ml.tracking.registry import register
from ml.tracking.server import TrackingServer
from ml.tracking.versions import LONGEST_TEXT, RegisteredVersion

if TYPE_CHECKING:
    from matplotlib.figure import Figure


# (result, version) → artefacts of the version: path in its run → plot or text.
Describe = Callable[[Result, RegisteredVersion], "Mapping[str, Figure | str]"]


@dataclass(frozen=True)
class Recorded:
    """The records of a training in MLflow; `champion` is to serve: one of its versions, or the former one."""

    champion: RegisteredVersion
    challenger: RegisteredVersion | None


def record_training(
    server: TrackingServer,
    job: TrackedJob,
    competition: Competition,
    fingerprint: Mapping[str, str],
    pipeline_run_id: str | None,
    *,
    serving: RegisteredVersion | None = None,
    describe: Describe,
) -> Recorded:
    """Record all candidates, and register the one that is to serve and the contender. No alias changes.

    Parameters
    ----------
    serving
        The version that serves so far, and keeps serving if no candidate is to serve.
    describe
        Makes the artefacts of a registered version, its model card among them, which are logged in its run.
    """
    import mlflow

    tags = _run_tags(job, fingerprint, pipeline_run_id)
    with server.client() as client:
        experiment_id = server.experiment_id(client, job.model_name)
        with mlflow.start_run(
            experiment_id=experiment_id, run_name=run_name(fingerprint), tags={**tags, "role": "parent"}
        ) as parent:
            _log_parent(job, competition, fingerprint)
            log_data(fingerprint, "training and holdout")
            versions = {}
            for result in competition.results:
                nested = _nested_tags(
                    tags, result, fingerprint, f"#/experiments/{experiment_id}/runs/{parent.info.run_id}"
                )
                with mlflow.start_run(
                    experiment_id=experiment_id, run_name=result.name, nested=True, tags=nested
                ) as run:
                    _log_candidate(competition, result, fingerprint)
                    log_data(fingerprint, "training and holdout")
                    if result.name in {competition.decision.serving, competition.decision.contender}:
                        versions[result.name] = register(job, competition, result, tags, run.info.run_id)
                        artefacts = describe(result, versions[result.name])
                        log_documents(artefacts)
                        describe_version(server, experiment_id, versions[result.name], str(artefacts[MODEL_CARD]))
            _log_failures(competition, experiment_id, tags)
            page = Page(client, experiment_id, parent.info.run_id, job.spec)
            explain_training(page, competition, versions)
        describe_job(client, experiment_id, job, fingerprint)
        champion = versions.get(competition.decision.serving or "", serving)
    # pyrefly: ignore[bad-argument-type] (without a former version, a candidate serves)
    return Recorded(champion, versions.get(competition.decision.contender or ""))


def record_refusal(
    server: TrackingServer,
    job: TrackedJob,
    fingerprint: Mapping[str, str],
    reason: str,
    pipeline_run_id: str | None,
) -> str:
    """Record a run with the reason why there is no model; return its id."""
    import mlflow

    tags = _run_tags(job, fingerprint, pipeline_run_id)
    tags |= {"role": "parent", "decision": State.REFUSED.value, "decision_reason": reason[:LONGEST_TEXT]}
    with (
        server.client() as client,
        mlflow.start_run(
            experiment_id=server.experiment_id(client, job.model_name),
            run_name=f"{run_name(fingerprint)} refused",
            tags=tags,
        ) as run,
    ):
        log_values({}, _of_data(fingerprint))
        log_data(fingerprint, "refused")
    return run.info.run_id


def _run_tags(job: TrackedJob, fingerprint: Mapping[str, str], pipeline_run_id: str | None) -> dict[str, str]:
    return {
        "source": fingerprint["source"],
        "as_of_date": fingerprint["as_of_date"],
        "job": job.name,
        "git_commit": git_commit(),
        "pipeline_run_id": pipeline_run_id or "none",
    }


def _nested_tags(
    tags: Mapping[str, str], result: Result, fingerprint: Mapping[str, str], parent: str
) -> dict[str, str]:
    role = "baseline" if result.candidate.is_baseline else "candidate"
    kind = "A simple rule" if result.candidate.is_baseline else "A model"
    note = f"{kind} in the competition of [{run_name(fingerprint)}]({parent}?workflowType=machine_learning)."
    own = {"role": role, "candidate": result.name, "content_sha256": fingerprint["content_sha256"], NOTE: note}
    return {**tags, **own}


def _log_parent(job: TrackedJob, competition: Competition, fingerprint: Mapping[str, str]) -> None:
    decision = competition.decision
    is_held = decision.verdict == State.AWAITING_APPROVAL
    leading = competition.result((not is_held and decision.serving) or decision.contender or decision.baseline)
    log_values(
        {**leading.metrics, **competition.champion_metrics},
        {**_of_data(fingerprint), "random_seed": job.random_seed},
        {
            "decision": decision.verdict,
            "decision_reason": decision.reason[:LONGEST_TEXT],
            "contender": decision.contender or "none",
            "best_baseline": decision.baseline,
        },
    )
    log_documents({TRAINING_REPORT: _report(competition), **competition.documents})


def _report(competition: Competition) -> dict[str, object]:
    decision = competition.decision
    return {
        "decision": decision.verdict,
        "reason": decision.reason,
        "checks": [vars(check) for check in decision.checks],
        "candidates": {result.name: result.metrics for result in competition.results},
        "former_champion": dict(competition.champion_metrics),
        "failed_candidates": dict(competition.failures),
        "columns": list(competition.columns),
        "dropped_columns": dict(competition.dropped_columns),
    }


def _log_candidate(competition: Competition, result: Result, fingerprint: Mapping[str, str]) -> None:
    content = _of_data({"content_sha256": fingerprint["content_sha256"]})
    log_values(result.metrics, {**result.candidate.parameters, **content})
    figures, tables = competition.figures.get(result.name, {}), competition.tables.get(result.name, {})
    texts = {name: table.to_csv(index=False, float_format="%.6g") for name, table in tables.items()}
    log_documents(
        {f"plots/{name}.png": figure for name, figure in figures.items()}
        | {f"tables/{name}.csv": text for name, text in texts.items()}
    )


def _log_failures(competition: Competition, experiment_id: str, tags: Mapping[str, str]) -> None:
    import mlflow

    for name, reason in competition.failures.items():
        failed = {**tags, "role": "candidate", "candidate": name, "failure": reason[:LONGEST_TEXT]}
        with mlflow.start_run(experiment_id=experiment_id, run_name=name, nested=True, tags=failed):
            pass


def _of_data(values: Mapping[str, object]) -> dict[str, object]:
    """The names of parameters that say what data a run has read."""
    return {f"data_{name}": value for name, value in values.items()}
