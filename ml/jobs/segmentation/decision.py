"""The gate of segmentation: the chosen candidate serves, the champion keeps serving, or the baseline serves."""

from __future__ import annotations

from collections.abc import Mapping

from ml.competition.gate import Comparison, Competitor, conclude
from ml.competition.results import Check, Decision, Result
from ml.competition.thresholds import SegmentationGate
from ml.jobs.segmentation.selection import Choice

METRIC = "silhouette"


def decide(
    gate: SegmentationGate, choice: Choice, chosen: Result, baseline: Result, former: Mapping[str, float] | None
) -> Decision:
    """Apply the gate.

    Parameters
    ----------
    former
        Metrics of the champion on today's customers and scale; None without a champion.
    """
    value, rule = chosen.metrics[METRIC], baseline.metrics[METRIC]
    checks = [
        Check("sound segments", choice.is_sound, choice.reason),
        Check(
            "separates customers better than the baseline",
            value > rule,
            f"silhouette {value:.3f} against {rule:.3f} of {baseline.name}",
        ),
    ]
    if former is not None:
        loss = former[METRIC] - value
        checks.append(
            Check(
                "no worse than the champion",
                not loss > gate.maximum_silhouette_loss,
                f"silhouette {value:.3f} against {former[METRIC]:.3f} of the champion, today's customers",
            )
        )
    comparison = Comparison(
        metric=METRIC,
        baseline=Competitor(baseline.name, baseline.metrics),
        contender=Competitor(chosen.name, chosen.metrics),
        champion=None if former is None else Competitor("champion", former),
    )
    return conclude(comparison, tuple(checks))
