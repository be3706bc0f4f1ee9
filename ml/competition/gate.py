"""The gate: does the contender serve, does the champion keep serving, or does the best baseline serve?

Pure functions of metrics; the thresholds are in each job's settings (`ml/conf`).
"""

from __future__ import annotations

import math
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
    """The competitors, and the paired bootstrap intervals of their differences.

    Attributes
    ----------
    metric, error
        Names of the primary metric, where higher is better, and of the error of the level or of the probabilities.
    contender, champion
        None where there is none; their differences are then None too.
    baseline
        The best rule that is sound: it serves where neither a model nor the champion does.
    first
        The model with the best primary metric of all; None: the contender.
    """

    metric: str
    baseline: Competitor
    contender: Competitor | None = None
    champion: Competitor | None = None
    first: Competitor | None = None
    contender_over_baseline: Interval | None = None
    contender_over_champion: Interval | None = None
    champion_over_baseline: Interval | None = None
    error: str = "error"
    contender_error_over_champion: Interval | None = None


def soundness_checks(
    gate: SupervisedGate, competitor: Competitor, instead: Competitor | None = None
) -> tuple[Check, ...]:
    """The conditions that whatever serves should meet, a model or a rule.

    Parameters
    ----------
    instead
        Who would serve instead. Where it misses a condition itself, the competitor need only miss it by no more.
    """
    found = []
    for figure_of in (_level, _calibration, _skill):
        figure = figure_of(gate, competitor.metrics)
        other = figure_of(gate, instead.metrics) if instead else None
        if figure is None:
            continue
        passed, detail = figure.excess <= 0, figure.detail
        if not passed and instead and other and figure.excess <= other.excess < math.inf:
            passed, detail = True, f"{detail}, but no worse than {instead.name} ({other.detail})"
        found.append(Check(figure.name, passed, detail))
    return tuple(found)


@dataclass(frozen=True)
class _Figure:
    """A figure with its bound; `excess` is how far it lies beyond that, 0 or less inside."""

    name: str
    excess: float
    detail: str


def _level(gate: SupervisedGate, figures: _Metrics) -> _Figure:
    ratio, low, high = figures["level_ratio"], gate.minimum_level_ratio, gate.maximum_level_ratio
    excess = max(low / ratio, ratio / high) - 1 if ratio > 0 else math.inf  # nan: inf
    detail = f"predicted/actual {ratio:.2f}, allowed {low:g} to {high:g}"
    return _Figure("level within bounds", excess, detail)


def _calibration(gate: SupervisedGate, figures: _Metrics) -> _Figure | None:
    if gate.maximum_calibration_error is None:
        return None
    error, allowed = figures["expected_calibration_error"], gate.maximum_calibration_error
    return _Figure("calibrated", error - allowed, f"expected calibration error {error:.3f}, allowed {allowed:g}")


def _skill(gate: SupervisedGate, figures: _Metrics) -> _Figure | None:
    if gate.minimum_brier_skill is None:
        return None
    skill, needed = figures["brier_skill"], gate.minimum_brier_skill
    return _Figure("better than a constant", needed - skill, f"Brier skill {skill:.3f}, at least {needed:g}")


def model_checks(gate: SupervisedGate, comparison: Comparison, *, is_lenient: bool = False) -> tuple[Check, ...]:
    """Every condition that the contender must meet; none without a contender.

    Parameters
    ----------
    is_lenient
        Whether a contender may be as unsound as the baseline that would serve instead: nobody gains by something worse.
    """
    contender, baseline, metric = comparison.contender, comparison.baseline, comparison.metric
    gain = comparison.contender_over_baseline
    if contender is None or gain is None:
        return ()
    checks = [
        Check(
            "beats the best baseline",
            gain.lower > gate.minimum_gain_over_baseline,
            f"{metric} {contender.metrics[metric]:.4f} against {baseline.metrics[metric]:.4f} of {baseline.name}; "
            f"paired difference {gain}",
        ),
        *soundness_checks(gate, contender, baseline if is_lenient else None),
        _leak_check(gate, metric, comparison.first or contender),
    ]
    if gate.maximum_brier_excess is not None:
        excess = contender.metrics["brier"] - baseline.metrics["brier"]
        checks.append(
            Check(
                "probabilities no worse than the baseline's",
                excess <= gate.maximum_brier_excess,
                f"Brier {contender.metrics['brier']:.4f} against {baseline.metrics['brier']:.4f}",
            )
        )
    return (*checks, *_champion_checks(gate, comparison))


def _leak_check(gate: SupervisedGate, metric: str, first: Competitor) -> Check:
    """A leak is one of the data: where one model has found it, none is trusted."""
    value = first.metrics[metric]
    honest = value < gate.leak_alarm
    found = f"{metric} {value:.4f} of {first.name}{'' if honest else ' looks like a leak'}"
    return Check("no leak suspected", honest, f"{found}, alarm from {gate.leak_alarm:g}")


def _champion_checks(gate: SupervisedGate, comparison: Comparison) -> tuple[Check, ...]:
    """Non-inferiority to the champion in rank and in error: the whole interval lies within the margin.

    Few data make the interval wide, and a challenger must then be better to pass, not only no worse.
    """
    rank, error = comparison.contender_over_champion, comparison.contender_error_over_champion
    loss, excess = gate.maximum_rank_loss_to_champion, gate.maximum_error_excess_over_champion
    checks = []
    if rank is not None:
        detail = f"paired difference in {comparison.metric} to the champion {rank}, allowed from {-loss:g}"
        checks.append(Check("ranks no worse than the champion", rank.lower >= -loss, detail))
    if error is not None:
        detail = f"paired difference in {comparison.error} to the champion {error}, allowed to {excess:g}"
        checks.append(Check("errs no more than the champion", error.upper <= excess, detail))
    return tuple(checks)


def conclude(comparison: Comparison, checks: tuple[Check, ...], *, on_models: str = "", on_rules: str = "") -> Decision:
    """Decide who serves.

    The contender serves if it passes every check. Otherwise the champion keeps serving, unless the baseline is
    significantly better than it; then the baseline serves.

    Parameters
    ----------
    checks
        Of the contender.
    on_models, on_rules
        Sentences about the choice of the contender and of the baseline, for the reason.
    """
    metric, contender, champion = comparison.metric, comparison.contender, comparison.champion
    passed = contender is not None and all(check.passed for check in checks)
    verdict, serving = _verdict(comparison, passed=passed)
    return Decision(
        verdict=verdict,
        reason=_reason(comparison, verdict, checks, on_models, on_rules),
        serving=serving,
        contender=contender.name if contender else None,
        baseline=comparison.baseline.name,
        metric_name=metric,
        metric_value=contender.metrics[metric] if contender else None,
        baseline_value=comparison.baseline.metrics[metric],
        champion_value=champion.metrics.get(metric) if champion else None,
        checks=checks,
    )


def hold_for_approval(decision: Decision, *, champion_serves: bool) -> Decision:
    """Make a contender that passed the gate wait for a user's approval; any other decision is returned unchanged.

    Until the answer the champion keeps serving. Where there is no usable champion, the best baseline serves; it needs
    no approval, because it serves whenever no model passes the gate.
    """
    if decision.verdict != State.PROMOTED:
        return decision
    serving = None if champion_serves else decision.baseline
    return replace(decision, verdict=State.AWAITING_APPROVAL, serving=serving)


def _verdict(comparison: Comparison, *, passed: bool) -> tuple[State, str | None]:
    if passed and comparison.contender is not None:
        return State.PROMOTED, comparison.contender.name
    over_baseline = comparison.champion_over_baseline
    if comparison.champion is not None and (over_baseline is None or over_baseline.upper >= 0):
        return State.CHAMPION_KEPT, None
    return State.BASELINE_SERVES, comparison.baseline.name


def _reason(comparison: Comparison, verdict: State, checks: tuple[Check, ...], on_models: str, on_rules: str) -> str:
    failed = [check for check in checks if not check.passed]
    name = comparison.contender.name if comparison.contender else ""
    if not name:
        why = "No model could be fitted."
    elif failed:
        why = f"{name} fails: " + "; ".join(f"{check.name} ({check.detail})" for check in failed) + "."
    else:
        why = f"{name} passes: " + "; ".join(check.detail for check in checks) + "."
    said = [why, on_models]
    if verdict == State.CHAMPION_KEPT:
        said.append("The champion keeps serving.")
    elif verdict == State.BASELINE_SERVES:
        former = ", because the best baseline is significantly better than the former champion"
        said += [on_rules, f"The rule {comparison.baseline.name} serves{former if comparison.champion else ''}."]
    return " ".join(filter(None, said))
