"""The effect of each campaign on each outcome, from the sums of its two groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from warehouse.marts.campaigns.arms import Measured, adjusted, measured, prior_spend_slope
from warehouse.marts.campaigns.comparison import Comparison, Estimate, compare_means, compare_shares
from warehouse.marts.campaigns.many import false_discovery_p_values
from warehouse.marts.campaigns.segments import differences_between_segments

OUTCOMES = ("orders", "conversion", "spend", "margin", "visit")
SHARES = frozenset({"conversion", "visit"})
WHOLE = "all"  # the dimension of a campaign as a whole
_KEY = itemgetter("campaign_id", "dimension", "segment")


@dataclass(frozen=True)
class Minimum:
    """How much an effect needs: customers in each group, and customers of both with a response."""

    group_count: int
    response_count: int


def campaign_estimates(
    rows: Iterable[Mapping[str, Any]], measurable: frozenset[str], minimum: Minimum
) -> list[dict[str, Any]]:
    """Give a record for each campaign, segment and outcome.

    Parameters
    ----------
    rows
        Sums by campaign, segment and group (`int_campaign_moments`).
    measurable
        Ids of campaigns that are over and have groups large enough. Of others means are told and no effect.
    """
    records = []
    for key, both in groupby(sorted(rows, key=_KEY), key=_KEY):
        groups = {bool(row["is_control"]): row for row in both}
        for outcome in OUTCOMES:
            record = dict(zip(("campaign_id", "dimension", "segment"), key, strict=True)) | {"outcome": outcome}
            treated, control = (measured(groups[side], outcome) if side in groups else None for side in (False, True))
            if treated is not None or control is not None:
                record |= _means(treated, control) | _effect(record, treated, control, measurable, minimum)
                records.append(record)
    return _accounted_for_their_number(records)


def _means(treated: Measured | None, control: Measured | None) -> dict[str, Any]:
    return {
        f"{name}_{figure}": getattr(group.arm, figure) if group else (0 if figure == "count" else None)
        for name, group in (("treated", treated), ("control", control))
        for figure in ("count", "mean")
    }


def _effect(
    record: Mapping[str, Any],
    treated: Measured | None,
    control: Measured | None,
    measurable: frozenset[str],
    minimum: Minimum,
) -> dict[str, Any]:
    if record["campaign_id"] not in measurable:
        return {"is_told": False, "reason": None}  # the campaign has its own reason
    if treated is None or control is None or min(treated.arm.count, control.arm.count) < minimum.group_count:
        return {"is_told": False, "reason": f"A group has fewer than {minimum.group_count} customers."}
    responses = treated.arm.response_count + control.arm.response_count
    if responses < minimum.response_count:
        few = f"Of both groups together {responses} responded; an effect is told from {minimum.response_count} on."
        return {"is_told": False, "reason": few}
    return {"is_told": True, "reason": None} | compared(treated, control, is_share=record["outcome"] in SHARES)


def compared(treated: Measured, control: Measured, *, is_share: bool) -> dict[str, Any]:
    """Compare two groups: plainly, and adjusted for earlier spend."""
    slope = prior_spend_slope(treated, control)
    total = treated.arm.count + control.arm.count
    before_mean = (treated.arm.count * treated.before_mean + control.arm.count * control.before_mean) / total
    plain = (compare_shares if is_share else compare_means)(treated.arm, control.arm)
    less = adjusted(treated, slope, before_mean), adjusted(control, slope, before_mean)
    cuped = compare_means(*less, lost_degrees=1 if slope else 0)
    unadjusted = compare_means(treated.arm, control.arm).standard_error
    return {
        **_written("", plain),
        **_written("adjusted_", cuped),
        "prior_spend_slope": slope,
        "prior_spend_mean": before_mean,
        "variance_reduction_share": 1 - (cuped.standard_error / unadjusted) ** 2 if unadjusted > 0 else None,
        "adjusted_treated_mean": less[0].mean,
        "adjusted_control_mean": less[1].mean,
        "adjusted_standard_error": cuped.standard_error,
        "adjusted_quantile": cuped.quantile,
    }


def _written(kind: str, comparison: Comparison) -> dict[str, Any]:
    return {
        **_interval(f"{kind}effect", comparison.effect),
        **_interval(f"{kind}relative_effect", comparison.relative_effect),
        f"{kind}p_value": comparison.p_value,
    }


def _interval(name: str, estimate: Estimate) -> dict[str, float | None]:
    return {name: estimate.value, f"lower_{name}": estimate.lower, f"upper_{name}": estimate.upper}


def _accounted_for_their_number(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add p-values that account for the number of looks at an outcome: at campaigns, and apart at their segments."""
    segments = [record for record in records if record["dimension"] != WHOLE and record["is_told"]]
    campaigns = [record for record in records if record["dimension"] == WHOLE and record["is_told"]]
    for outcome in OUTCOMES:
        for table in (campaigns, segments):
            looks = [r for r in table if r["outcome"] == outcome and r["adjusted_p_value"] is not None]
            corrected = false_discovery_p_values([record["adjusted_p_value"] for record in looks])
            for record, p_value in zip(looks, corrected, strict=True):
                record["false_discovery_p_value"] = p_value
    for record, p_value in differences_between_segments(segments):
        record["difference_p_value"] = p_value
    return records
