"""The selection of the segmentation that may serve, from the metrics of all candidates.

Two segments always have the best silhouette on such data and only mean "good" and "bad", so they are measured but
cannot serve. A candidate of any method is sound if it has more segments, is stable (mean adjusted Rand index over
bootstrap resamples minus its standard error), agrees from month to month (the models of consecutive months, applied
to the same customers), has no tiny segment, and leaves few customers out as noise. Of the sound candidates with nearly
the best silhouette, the one with the most segments is chosen, and of several the one with the best silhouette. If none
is sound, the most stable one is offered, and the gate rejects it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ml.jobs.segmentation.configuration import SegmentationConfiguration


@dataclass(frozen=True)
class Choice:
    """The chosen candidate, and why."""

    name: str
    is_sound: bool
    reason: str


def choose(evidence: pd.DataFrame, configuration: SegmentationConfiguration) -> Choice:
    """Apply the rule.

    Parameters
    ----------
    evidence
        One row per candidate (index: name) with the columns silhouette, segment_count, stability_ari,
        stability_ari_error, monthly_model_ari (NaN with a short history, and then ignored), smallest_share,
        noise_share.
    """
    offered = evidence[(evidence["segment_count"] >= configuration.serving_from) & evidence["silhouette"].notna()]
    if offered.empty:
        return Choice(str(evidence.index[0]), False, f"no candidate has {configuration.serving_from} segments")
    sound = offered[[not weaknesses(row, configuration) for _, row in offered.iterrows()]]
    if sound.empty:
        best = offered.iloc[int(offered["stability_ari"].argmax())]
        faults = "; ".join(weaknesses(best, configuration))
        reason = f"none of {len(offered)} candidates is sound; {best.name}, the most stable: {faults}"
        return Choice(str(best.name), False, reason)
    near_best = sound[sound["silhouette"] >= configuration.silhouette_tolerance * sound["silhouette"].max()]
    chosen = near_best.sort_values(["segment_count", "silhouette"], kind="stable").iloc[-1]
    return Choice(str(chosen.name), True, _reason(chosen, len(sound), sound["silhouette"].max()))


def weaknesses(row: pd.Series, configuration: SegmentationConfiguration) -> list[str]:
    """The reasons why a candidate, a row of `evidence`, may not serve; empty if it may."""
    stability = configuration.stability
    found = []
    if not row["stability_ari"] - row["stability_ari_error"] >= stability.minimum_ari:
        found.append(
            f"unstable (ARI {row['stability_ari']:.2f} ± {row['stability_ari_error']:.2f} over resamples, "
            f"{stability.minimum_ari:g} needed at the lower end)"
        )
    if row["monthly_model_ari"] < stability.minimum_monthly_ari:
        found.append(
            f"unstable over months (ARI {row['monthly_model_ari']:.2f}, {stability.minimum_monthly_ari:g} needed)"
        )
    if not row["smallest_share"] >= configuration.minimum_segment_share:
        found.append(f"a tiny segment ({row['smallest_share']:.1%})")
    if row["noise_share"] > configuration.maximum_noise_share:
        found.append(f"{row['noise_share']:.0%} of the customers left out")
    return found


def _reason(row: pd.Series, sound_count: int, best: float) -> str:
    monthly = row["monthly_model_ari"]
    by_month = "no months to compare" if pd.isna(monthly) else f"{monthly:.2f} from month to month"
    return (
        f"{row.name} has the most segments ({row['segment_count']:.0f}) of {sound_count} sound candidates with a "
        f"silhouette ({row['silhouette']:.3f}) near the best of these ({best:.3f}); stable (ARI "
        f"{row['stability_ari']:.2f} over resamples, {by_month}), smallest segment {row['smallest_share']:.1%}"
    )
