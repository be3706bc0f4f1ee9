"""The gate: does the contender serve, does the champion keep serving, or does the best baseline serve?

Pure functions of metrics; the thresholds are in each job's settings (`ml/conf`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ml.competition.results import Check, Decision
from ml.competition.states import State
from ml.competition.thresholds import SupervisedGate
from ml.evaluation.bootstrap import Interval

_Metrics = Mapping[str, float]


@dataclass(frozen=True)
class Competitor:
    """A competitor with its metrics on the holdout."""

    name: str
    metrics: _Metrics


@dataclass(frozen=True)
class Comparison:
    """The competitors, and the paired bootstrap intervals of the differences in the primary metric.

    Attributes
    ----------
    contender, champion
        None where there is none; their differences are then None too.
    """

    metric: str
    baseline: Competitor
    contender: Competitor | None = None
    champion: Competitor | None = None
    contender_over_baseline: Interval | None = None
    contender_over_champion: Interval | None = None
    champion_over_baseline: Interval | None = None


def baseline_checks(
    gate: SupervisedGate, metric: str, contender: Competitor, baseline: Competitor, gain: Interval
) -> tuple[Check, ...]:
    """The conditions that a contender must meet, apart from those that concern the champion."""
    figures = contender.metrics
    honest = figures[metric] < gate.leak_alarm
    checks = [
        Check(
            "beats the best baseline",
            gain.lower > gate.minimum_gain_over_baseline,
            f"{metric} {figures[metric]:.4f} against {baseline.metrics[metric]:.4f} of {baseline.name}; "
            f"paired difference {gain}",
        ),
        Check(
            "level within bounds",
            gate.minimum_level_ratio <= figures["level_ratio"] <= gate.maximum_level_ratio,
            f"predicted/actual {figures['level_ratio']:.2f}, "
            f"allowed {gate.minimum_level_ratio:g} to {gate.maximum_level_ratio:g}",
        ),
        Check(
            "no leak suspected",
            honest,
            f"{metric} {figures[metric]:.4f}{'' if honest else ' looks like a leak'}, alarm from {gate.leak_alarm:g}",
        ),
    ]
    if gate.maximum_brier_excess is not None:
        excess = figures["brier"] - baseline.metrics["brier"]
        checks.append(
            Check(
                "probabilities no worse than the baseline's",
                excess <= gate.maximum_brier_excess,
                f"Brier {figures['brier']:.4f} against {baseline.metrics['brier']:.4f}",
            )
        )
    if gate.maximum_calibration_error is not None:
        error = figures["expected_calibration_error"]
        checks.append(
            Check(
                "calibrated",
                error <= gate.maximum_calibration_error,
                f"expected calibration error {error:.3f}, allowed {gate.maximum_calibration_error:g}",
            )
        )
    return tuple(checks)


def decide(gate: SupervisedGate, comparison: Comparison) -> Decision:
    """Apply the gate of a supervised job; see `conclude`."""
    return conclude(comparison, _checks(gate, comparison))


def conclude(comparison: Comparison, checks: tuple[Check, ...]) -> Decision:
    """Decide who serves.

    The contender serves if it passes every check. Otherwise the champion keeps serving, unless the baseline is
    significantly better than it; then the baseline serves.
    """
    metric, contender, champion = comparison.metric, comparison.contender, comparison.champion
    passed = contender is not None and all(check.passed for check in checks)
    verdict, serving = _verdict(comparison, passed=passed)
    return Decision(
        verdict=verdict,
        reason=_reason(comparison, verdict, checks),
        serving=serving,
        contender=contender.name if contender else None,
        baseline=comparison.baseline.name,
        metric_name=metric,
        metric_value=contender.metrics[metric] if contender else None,
        baseline_value=comparison.baseline.metrics[metric],
        champion_value=champion.metrics.get(metric) if champion else None,
        checks=checks,
    )


def hold_for_approval(decision: Decision, *, champion_goes_on: bool) -> Decision:
    """Make a contender that passed the gate wait for a user's approval; any other decision is returned unchanged.

    Until the answer the champion keeps serving. Where there is no usable champion, the best baseline serves; it needs
    no approval, because it serves whenever no model passes the gate.
    """
    if decision.verdict != State.PROMOTED:
        return decision
    serving = None if champion_goes_on else decision.baseline
    return replace(decision, verdict=State.AWAITING_APPROVAL, serving=serving)


def _checks(gate: SupervisedGate, comparison: Comparison) -> tuple[Check, ...]:
    gain, against_champion = comparison.contender_over_baseline, comparison.contender_over_champion
    if comparison.contender is None or gain is None:
        return ()
    checks = baseline_checks(gate, comparison.metric, comparison.contender, comparison.baseline, gain)
    if against_champion is None:
        return checks
    detail = f"paired difference to the champion {against_champion}"
    return (*checks, Check("no worse than the champion", against_champion.upper >= 0, detail))


def _verdict(comparison: Comparison, *, passed: bool) -> tuple[State, str | None]:
    if passed and comparison.contender is not None:
        return State.PROMOTED, comparison.contender.name
    over_baseline = comparison.champion_over_baseline
    if comparison.champion is not None and (over_baseline is None or over_baseline.upper >= 0):
        return State.CHAMPION_KEPT, None
    return State.BASELINE_SERVES, comparison.baseline.name


def _reason(comparison: Comparison, verdict: State, checks: tuple[Check, ...]) -> str:
    failed = [check for check in checks if not check.passed]
    name = comparison.contender.name if comparison.contender else ""
    if not name:
        why = "No model could be fitted"
    elif failed:
        why = f"{name} fails: " + "; ".join(f"{check.name} ({check.detail})" for check in failed)
    else:
        why = f"{name} passes: " + "; ".join(check.detail for check in checks)
    if verdict == State.PROMOTED:
        return f"{why}."
    if verdict == State.CHAMPION_KEPT:
        return f"{why}. The champion goes on."
    former = ", being significantly better than the former champion" if comparison.champion else ""
    return f"{why}. The best baseline, {comparison.baseline.name}, serves{former}."
