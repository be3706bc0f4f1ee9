"""The model card: one page of Markdown about a registered version, made at its training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ml.competition.results import Competition, Result
from ml.explanations.fairness import DIFFERENCE
from ml.jobs.base import Job
from ml.tracking import RegisteredVersion
from warehouse.base.markdown import plain, table


@dataclass(frozen=True)
class CardContent:
    """The content of a card besides the competition.

    Attributes
    ----------
    strata, groups
        Figures by RFM segment or contract type, and by group of customers (see `fairness.TABLE_COLUMNS`).
    evaluated_on
        The data that the candidates were evaluated on, in words.
    notes
        Further findings of the training, by title: name → value.
    drivers
        Feature → mean absolute contribution, largest first.
    """

    fingerprint: Mapping[str, str]
    strata: pd.DataFrame = field(default_factory=pd.DataFrame)
    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    drivers: Mapping[str, float] = field(default_factory=dict)
    method: str = ""
    evaluated_on: str = ""
    notes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def model_card(
    job: Job, competition: Competition, result: Result, version: RegisteredVersion, content: CardContent
) -> str:
    """The card as Markdown."""
    parts = [
        f"# {job.model_name} version {version.version}: {result.name}",
        job.purpose(content.fingerprint),
        f"Source {version.source}, trained as of {version.as_of_date}, run {version.run_id}. "
        "Written by Clientele at training; the data are in the parent run.",
        "## Decision",
        _decision(competition, result),
        "## Data",
        _data(content.fingerprint, competition),
        "## Protocol",
        job.protocol(content.fingerprint, content.evaluated_on),
        "## Candidates",
        _candidates(competition),
        "## Figures of this version",
        _figures(result.metrics),
    ]
    parts += [part for title, known in content.notes.items() for part in (f"## {title}", _figures(known))]
    rows_are = job.spec.rows.many
    unknown = "RFM segments are not known at the evaluation date."
    parts += _by_group(f"## By {_stratum_name(content.strata)}", content.strata, rows_are, unknown)
    parts += _by_group(
        "## By group",
        content.groups,
        rows_are,
        "The source has neither age, gender nor country of its customers, or all groups are too small to be shown.",
    )
    if content.drivers:
        parts += ["## What moves the score", _drivers(content)]
    limits = (*job.limits(content.fingerprint), *_failures(competition))
    parts += ["## Limits", "\n".join(f"- {limit}" for limit in limits)]
    return "\n\n".join(parts) + "\n"


def _decision(competition: Competition, result: Result) -> str:
    decision = competition.decision
    is_serving = decision.serving == result.name
    role = "This version serves." if is_serving else "This version does not serve: it is the challenger."
    checks = "\n".join(
        f"- {'passed' if check.passed else 'failed'}: {plain(check.name)} ({plain(check.detail)})"
        for check in decision.checks
    )
    return f"{role} Verdict of the training: **{decision.verdict}**. {plain(decision.reason)}\n\n{checks}".rstrip()


def _data(fingerprint: Mapping[str, str], competition: Competition) -> str:
    rows = [(name.replace("_", " "), value) for name, value in fingerprint.items()]
    rows.append(("features", ", ".join(competition.columns)))
    if competition.dropped_columns:
        dropped = ", ".join(f"{name} ({why})" for name, why in competition.dropped_columns.items())
        rows.append(("left out", dropped))
    return _table(("what", "value"), rows)


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


def _figures(figures: Mapping[str, float]) -> str:
    return _table(("figure", "value"), [(name, _number(value)) for name, value in figures.items()])


def _stratum_name(strata: pd.DataFrame) -> str:
    return "RFM segment" if strata.empty else _readable(strata["group_column"].iloc[0])


def _readable(name: str) -> str:
    return name.replace("_", " ").replace("rfm", "RFM")


def _by_group(title: str, figures: pd.DataFrame, rows_are: str, nothing: str) -> list[str]:
    if figures.empty:
        return [title, nothing]
    parts = [title]
    for column, known in figures.groupby("group_column", sort=False):
        wide = known.pivot_table(
            index="group_value", columns="metric_name", values="metric_value", sort=False, dropna=False
        )
        count = known.drop_duplicates("group_value").set_index("group_value")["customer_count"]
        rows = [
            (value, "" if value == DIFFERENCE else str(int(count[value])), *(_number(figure) for figure in row))
            for value, row in zip(wide.index, wide.to_numpy(), strict=True)
        ]
        parts.append(_table((column, rows_are, *wide.columns), rows))
    return parts


def _drivers(content: CardContent) -> str:
    rows = [(name, _number(value)) for name, value in list(content.drivers.items())[:10]]
    return f"Contributions by the method `{content.method}`.\n\n" + _table(("feature", "mean |contribution|"), rows)


def _failures(competition: Competition) -> list[str]:
    return [f"Candidate {name} could not be fitted: {plain(reason)}" for name, reason in competition.failures.items()]


def _number(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:,.4g}"


def _table(head: Sequence[Any], rows: Sequence[Sequence[Any]]) -> str:
    return "\n".join(table(head, rows))
