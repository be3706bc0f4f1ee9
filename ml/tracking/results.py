"""Record the results of a job without a model in MLflow: a run, and a nested run for each way to compute them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ml.tracking.contents import log_documents, log_values, run_name
from ml.tracking.git import git_commit
from ml.tracking.server import TrackingServer


@dataclass(frozen=True)
class NestedRun:
    """A run below another one; `tags` are added to those of its parent."""

    name: str
    tags: Mapping[str, str]
    figures: Mapping[str, float]
    parameters: Mapping[str, object] = field(default_factory=dict)


def record_results(
    server: TrackingServer,
    experiment: str,
    tags: Mapping[str, str],
    figures: Mapping[str, float],
    documents: Mapping[str, object],
    *,
    contenders: Iterable[NestedRun] = (),
) -> str:
    """Record a run with the results of a job without a model; return its id.

    Parameters
    ----------
    tags
        Tags of the run, with `source` and `as_of_date`, which are its name.
    contenders
        Those that competed to compute the results, each a run below it.
    """
    import mlflow

    with (
        server.client() as client,
        mlflow.start_run(
            experiment_id=server.experiment_id(client, experiment),
            run_name=run_name(tags),
            tags={**tags, "role": "results", "git_commit": git_commit()},
        ) as run,
    ):
        log_values(figures, {})
        log_documents(documents)
        for contender in contenders:
            with mlflow.start_run(
                experiment_id=run.info.experiment_id,
                run_name=contender.name,
                nested=True,
                tags={**tags, **contender.tags},
            ):
                log_values(contender.figures, contender.parameters)
    return run.info.run_id
