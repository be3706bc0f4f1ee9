"""The question to a user about a new model, as pure functions of its metrics."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ml.lifecycle.approval import Candidacy
from ml.lifecycle.training_rows import past_words
from ml.tracking import RegisteredVersion, usable_champion
from warehouse.base.browser_pages import MLFLOW_MODE
from warehouse.base.markdown import plain, table
from warehouse.jobs.registry import job_spec
from warehouse.jobs.spec import JobSpec

_COMPARED = "All were evaluated on the same {rows}, with outcomes that none of them was fitted on:"
_UNKNOWN = "–"


def subject(asked: Candidacy) -> str:
    """The decision in one line."""
    new = asked.challenger
    title = job_spec(asked.job).title.capitalize()
    return f"{title}, {new.source}: may the new model {plain(new.candidate)} (version {new.version}) serve?"


def body(asked: Candidacy, *, answer_within: str, mlflow: str = "") -> str:
    """The metrics in a table, the gate's checks and the effect of each answer, as Markdown.

    Parameters
    ----------
    answer_within
        The time to answer, in words.
    mlflow
        Where people open MLflow, for links; empty: not known.
    """
    spec, new, champion = job_spec(asked.job), asked.challenger, asked.champion
    parts = [
        f"Trained as of {new.as_of_date}. {_compared(spec)}",
        _table(asked),
        "Checks of the gate:",
        _reasons(asked),
        "Effect of your answer:",
        f"- **Approve**: {_takes_over(spec, new, champion)}\n"
        f"- **Reject**: {_stays(champion)}.\n"
        f"- No answer within {answer_within} counts as a rejection. Nothing is scored or published until then.",
        _more(new, mlflow),
    ]
    return "\n\n".join(parts)


def _more(new: RegisteredVersion, mlflow: str) -> str:
    page = f"/#/models/{new.model_name}/versions/{new.version}"
    if not mlflow:
        return (
            f"More in MLflow (`make status` has its address): the model card on the page of version {new.version}, "
            f"`{page}`."
        )
    card = f"[version {new.version} with its model card]({mlflow}{page}?{MLFLOW_MODE})"
    return f"More in MLflow: {card}, [its run with plots]({mlflow}/#/runs/{new.run_id})."


def _compared(spec: JobSpec) -> str:
    return spec.compared or _COMPARED.format(rows=spec.rows.many)


def _takes_over(spec: JobSpec, new: RegisteredVersion, champion: RegisteredVersion | None) -> str:
    if champion is not None and usable_champion(champion, new.as_of_date) is None:
        return past_words(new, champion)
    return f"version {new.version} scores all {spec.rows.many} from this run on."


def _stays(champion: RegisteredVersion | None) -> str:
    if champion is None:
        return "no model serves"
    return (
        f"version {champion.version} ({plain(champion.candidate)}, trained as of {champion.as_of_date}) keeps serving"
    )


def _table(asked: Candidacy) -> str:
    new, champion = asked.challenger, asked.champion
    baseline = new.figures.baseline_name or _UNKNOWN
    columns = {f"new: {new.candidate}": _own(asked, new.candidate, new.figures.metric_value)}
    if champion is not None:
        columns[f"in service: {champion.candidate} (version {champion.version})"] = _champion(asked, champion)
    if not _stands_in(new, champion):
        columns[f"best simple rule: {baseline}"] = _own(asked, baseline, new.figures.baseline_value)
    known = job_spec(asked.job).figures
    names = [name for name in known if any(name in figures for figures in columns.values())]
    rows = [(known[name].in_words, *(_shown(figures.get(name)) for figures in columns.values())) for name in names]
    return "\n".join(table(("", *columns), rows))


def _own(asked: Candidacy, candidate: str, value: float | None) -> Mapping[str | None, float | None]:
    """Metrics of a candidate of the training; those in the tags if the report is missing."""
    known = asked.report.get("candidates", {}).get(candidate, {})
    return {asked.challenger.figures.metric_name: value, **known}


def _champion(asked: Candidacy, champion: RegisteredVersion) -> Mapping[str | None, float | None]:
    """Metrics of the champion on the same holdout; empty if it was not compared."""
    new = asked.challenger
    if champion.version != new.champion_version:
        return {}
    if _stands_in(new, champion):
        return _own(asked, champion.candidate, new.figures.baseline_value)
    former = asked.report.get("former_champion", {})
    prefixed = {name.removeprefix("champion_"): value for name, value in former.items()}
    return {new.figures.metric_name: new.champion_value, **prefixed}


def _stands_in(new: RegisteredVersion, champion: RegisteredVersion | None) -> bool:
    """Whether the champion is the best baseline of the same training."""
    if champion is None or champion.version != new.champion_version:
        return False
    return champion.as_of_date == new.as_of_date and champion.candidate == new.figures.baseline_name


def _shown(value: float | None) -> str:
    return _UNKNOWN if value is None or not math.isfinite(value) else f"{value:.3f}"


def _reasons(asked: Candidacy) -> str:
    checks = asked.report.get("checks") or []
    if not checks:
        return f"- {plain(asked.challenger.decision_reason)}"
    return "\n".join(f"- {plain(check['name'])}: {plain(check['detail'])}" for check in checks)
