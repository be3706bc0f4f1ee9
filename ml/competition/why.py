"""Why this model: the outcome of a competition on one screen, as Markdown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ml.competition.results import Check, Competition, Decision
from ml.evaluation.bootstrap import Interval
from warehouse.base.markdown import plain, table
from warehouse.jobs.spec import JobSpec

_MOST_FIGURES = 5
_UNKNOWN = "–"
_LARGE = 1000  # from here on decimals say nothing
# Rows of a table; of more, the best of each part are shown.
_MOST_ROWS, _BEST = 20, 3


@dataclass(frozen=True)
class Competitor:
    """A row of the table.

    Attributes
    ----------
    part
        What it is about where several questions are decided, whose competitors stand together; empty otherwise.
    gain
        Its primary figure minus that of the best rule, with a paired interval; None where it is not known.
    """

    name: str
    is_rule: bool
    serves: bool
    figures: Mapping[str, float]
    gain: Interval | None = None
    part: str = ""


def competitors_of(competition: Competition) -> list[Competitor]:
    """The competitors of a training."""
    decision = competition.decision
    return [
        Competitor(
            result.name,
            result.candidate.is_baseline,
            result.name == decision.serving,
            result.metrics,
            competition.gains.get(result.name),
        )
        for result in competition.results
    ]


def outcome_words(decision: Decision) -> str:
    """The decision in one line of Markdown."""
    name = decision.serving or decision.contender or decision.baseline
    words = f"**{decision.verdict.replace('_', ' ').capitalize()}: {plain(name)}**"
    if decision.metric_value is None or decision.baseline_value is None:
        return f"{words}."
    figures = f"{decision.metric_name} {decision.metric_value:.3f} against {decision.baseline_value:.3f}"
    return f"{words}, {plain(figures)} of the best rule, {plain(decision.baseline)}."


def why(spec: JobSpec, outcome: str, competitors: Sequence[Competitor], decision: Decision | None = None) -> str:
    """What was decided, every competitor with its figures, the gate's checks and the reasons.

    Parameters
    ----------
    outcome
        In a line of Markdown.
    decision
        None for a job without a model.
    """
    parts = [outcome]
    if competitors:
        parts += _tables(spec, competitors, decision.baseline if decision else "")
    if decision:
        parts += ["\n".join(_checked(check) for check in decision.checks), plain(decision.reason)]
    return "\n\n".join(part for part in parts if part)


def _checked(check: Check) -> str:
    return f"- {'✓' if check.passed else '✗'} {plain(check.name)}: {plain(check.detail)}"


def best_first(spec: JobSpec, competitors: Sequence[Competitor]) -> list[Competitor]:
    """By the first figure of the declaration that was measured; those without it last, equals in their own order."""
    metric = next(iter(_measured(spec, competitors)), spec.rank_metric)
    sign = 1 if spec.figures[metric].better == "less" else -1

    def place(one: Competitor) -> float:
        value = one.figures.get(metric, math.nan)
        return sign * value if math.isfinite(value) else math.inf

    return sorted(competitors, key=place)


def _measured(spec: JobSpec, competitors: Sequence[Competitor]) -> list[str]:
    return [name for name in spec.figures if any(name in one.figures for one in competitors)][:_MOST_FIGURES]


def _tables(spec: JobSpec, competitors: Sequence[Competitor], baseline: str) -> list[str]:
    """A table for each part, and what its figures are."""
    parts = {part: list(ones) for part, ones in groupby(competitors, lambda one: one.part)}
    most = _MOST_ROWS if len(competitors) <= _MOST_ROWS else _BEST
    shown, named = [], {}
    for part, ones in parts.items():
        shown += [f"**{plain(part.capitalize())}**"] if part else []
        shown.append(_table(spec, ones, baseline, most))
        named |= {name: spec.figures[name].in_words for name in _measured(spec, ones)}
    legend = "; ".join(f"`{name}`: {plain(words)}" for name, words in named.items())
    return [*shown, f"▶ serves. {legend}."]


def _table(spec: JobSpec, competitors: Sequence[Competitor], baseline: str, most: int) -> str:
    names, ordered = _measured(spec, competitors), best_first(spec, competitors)
    has_gains = any(one.gain for one in competitors)
    head = ["", *names, *([f"gain over {baseline} (interval)"] if has_gains else [])]
    rows = [
        [
            _named(one),
            *(_shown(one.figures.get(name)) for name in names),
            *([_gained(one.gain)] if has_gains else []),
        ]
        for place, one in enumerate(ordered)
        if place < most or one.serves
    ]
    return "\n".join(table(head, rows))


def _gained(gain: Interval | None) -> str:
    return f"{gain.estimate:+.3f} ({gain.lower:+.3f} to {gain.upper:+.3f})" if gain else _UNKNOWN


def _named(one: Competitor) -> str:
    return f"{'▶ ' if one.serves else ''}{one.name}{' (rule)' if one.is_rule else ''}"


def _shown(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return _UNKNOWN
    return f"{value:,.0f}" if abs(value) >= _LARGE else f"{value:.3f}"
