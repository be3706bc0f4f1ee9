"""The model card: one page of Markdown about one registered version, made from what the training knows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from ml.competition import Competition, Result
from ml.explanations.fairness import DIFFERENCE
from ml.job import Job
from ml.tracking import RegisteredVersion

_PURPOSE = {
    "churn": "Probability that an eligible customer makes no purchase in the next {horizon} days.",
    "clv": "Net spend of an eligible customer in the next {horizon} days, with an interval.",
    "segmentation": "Groups of customers who behave alike, with names.",
}
_LIMITS = {
    "churn": (
        "There is no contract: a customer who is called churned may come back after the horizon.",
        "The season moves the level; the ranking is steadier than the probabilities.",
    ),
    "clv": (
        "A few large customers hold much of the spend and most of the squared error; sums over many customers are "
        "more reliable than single forecasts.",
        "The season moves the level: compare `level_ratio` at several dates (backtest) before using a sum.",
    ),
    "segmentation": ("Membership moves from month to month; names come from rules on the profiles.",),
}
_COMMON_LIMITS = (
    "Judged on one holdout date; the backtest shows other dates.",
    "Contributions tell what moves the model's score, not what causes the behaviour.",
    "Customers outside the eligibility window get no score. Guests are not customers here.",
)


@dataclass(frozen=True)
class CardContent:
    """What a card tells beyond the competition.

    Attributes
    ----------
    segments, groups
        Figures by RFM segment and by group of customers (see `fairness.TABLE_COLUMNS`).
    drivers
        Feature → mean absolute contribution, largest first.
    """

    fingerprint: Mapping[str, str]
    segments: pd.DataFrame = field(default_factory=pd.DataFrame)
    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    drivers: Mapping[str, float] = field(default_factory=dict)
    method: str = ""


def model_card(
    job: Job, competition: Competition, result: Result, version: RegisteredVersion, content: CardContent
) -> str:
    """The whole card."""
    horizon = getattr(job, "horizon_days", None)
    purpose = _PURPOSE.get(job.name, f"Job {job.name}.").format(horizon=horizon)
    parts = [
        f"# {job.model_name} version {version.version}: {result.name}",
        f"{purpose}\n\nSource {version.source}, trained as of {version.as_of_date}, run {version.run_id}. "
        "Written by Clientele at training; the data behind it stand in the parent run.",
        "## Decision",
        _decision(competition, result),
        "## Data",
        _data(content.fingerprint, competition),
        "## Protocol",
        _protocol(content.fingerprint, horizon),
        "## Candidates",
        _candidates(competition),
        "## Figures of this version",
        _figures(result),
    ]
    parts += _by_group("## By RFM segment", content.segments, "RFM segments are not known at the holdout date.")
    parts += _by_group(
        "## By group",
        content.groups,
        "The source has neither age, gender nor country of its customers, or every group is too small to be shown.",
    )
    if content.drivers:
        parts += ["## What moves the score", _drivers(content)]
    limits = (*_LIMITS.get(job.name, ()), *_COMMON_LIMITS, *_failures(competition))
    parts += ["## Limits", "\n".join(f"- {limit}" for limit in limits)]
    return "\n\n".join(parts) + "\n"


def _decision(competition: Competition, result: Result) -> str:
    decision = competition.decision
    is_serving = decision.serving == result.name
    role = "This version serves." if is_serving else "This version does not serve: it is the challenger."
    checks = "\n".join(
        f"- {'passed' if check.passed else 'failed'}: {check.name} ({check.detail})" for check in decision.checks
    )
    return f"{role} Verdict of the training: **{decision.verdict}**. {decision.reason}\n\n{checks}".rstrip()


def _data(fingerprint: Mapping[str, str], competition: Competition) -> str:
    rows = [(name.replace("_", " "), f"`{value}`") for name, value in fingerprint.items()]
    rows.append(("features", ", ".join(competition.columns)))
    if competition.dropped_columns:
        dropped = ", ".join(f"{name} ({why})" for name, why in competition.dropped_columns.items())
        rows.append(("left out", dropped))
    return _table(("what", "value"), rows)


def _protocol(fingerprint: Mapping[str, str], horizon: int | None) -> str:
    if horizon is None:
        return "Fitted on the scoring snapshot; no labels."
    return (
        f"Rows are (customer, date): features from before the date, outcomes from the {horizon} days after it. Fitted "
        f"on the snapshots {fingerprint.get('first_training_date')} to {fingerprint.get('last_training_date')}, whose "
        f"outcomes were known on {fingerprint.get('evaluation_date')}; judged on the eligible customers of that day. "
        "Baselines compete on the same rows; differences by paired bootstrap over customers."
    )


def _candidates(competition: Competition) -> str:
    names = list(competition.results[0].metrics) if competition.results else []
    head = ("candidate", "role", *names)
    rows = [
        (
            result.name,
            "baseline" if result.candidate.is_baseline else "candidate",
            *(_number(result.metrics.get(name)) for name in names),
        )
        for result in competition.results
    ]
    return _table(head, rows)


def _figures(result: Result) -> str:
    return _table(("figure", "value"), [(name, _number(value)) for name, value in result.metrics.items()])


def _by_group(title: str, figures: pd.DataFrame, nothing: str) -> list[str]:
    if figures.empty:
        return [title, nothing]
    parts = [title]
    for column, table in figures.groupby("group_column", sort=False):
        wide = table.pivot_table(
            index="group_value", columns="metric_name", values="metric_value", sort=False, dropna=False
        )
        count = table.drop_duplicates("group_value").set_index("group_value")["customer_count"]
        rows = [
            (value, "" if value == DIFFERENCE else str(int(count[value])), *(_number(figure) for figure in row))
            for value, row in zip(wide.index, wide.to_numpy(), strict=True)
        ]
        parts.append(_table((column, "customers", *wide.columns), rows))
    return parts


def _drivers(content: CardContent) -> str:
    rows = [(name, _number(value)) for name, value in list(content.drivers.items())[:10]]
    return f"Contributions by the method `{content.method}`.\n\n" + _table(("feature", "mean |contribution|"), rows)


def _failures(competition: Competition) -> list[str]:
    return [f"Candidate {name} could not be fitted: {reason}" for name, reason in competition.failures.items()]


def _number(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:,.4g}"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)
