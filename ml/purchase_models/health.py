"""Checks whether a fitted purchase model may be used."""

from __future__ import annotations

from dataclasses import asdict, dataclass

# Totals that differ by more than a fifth, or shares of one-time customers by more than five percentage points, occur
# on data that the model does not describe; sound fits stay within a few per cent.
GREATEST_TOTAL_DEVIATION = 0.20
GREATEST_SHARE_DEVIATION = 0.05
DEGENERATE_SHAPE = 100.0


@dataclass(frozen=True)
class FitEvidence:
    """Measurements of a fit on the customers it was fitted on."""

    is_converged: bool
    parameters_at_bound: list[str]
    invalid_prediction_count: int
    observed_repeat_orders: float
    expected_repeat_orders: float
    observed_one_time_share: float
    expected_one_time_share: float

    def as_dict(self) -> dict:
        """Plain values, for an attribute of the estimator."""
        return asdict(self)


def search_reasons(*, is_converged: bool, parameters_at_bound: list[str]) -> list[str]:
    """Return the reasons against a fit from the search of its parameters."""
    reasons = [] if is_converged else ["the likelihood search did not converge"]
    return reasons + [f"parameter {name} ran to its bound" for name in parameters_at_bound]


def health_reasons(evidence: FitEvidence) -> list[str]:
    """Return the reasons not to use a fit; empty if it may be used."""
    reasons = search_reasons(is_converged=evidence.is_converged, parameters_at_bound=evidence.parameters_at_bound)
    if evidence.invalid_prediction_count:
        reasons.append(f"{evidence.invalid_prediction_count} predictions are negative or not finite")
    ratio = evidence.expected_repeat_orders / evidence.observed_repeat_orders
    if not abs(ratio - 1) <= GREATEST_TOTAL_DEVIATION:
        reasons.append(f"expected repeat orders in sample are {ratio:.2f} times the observed ones")
    gap = evidence.expected_one_time_share - evidence.observed_one_time_share
    if not abs(gap) <= GREATEST_SHARE_DEVIATION:
        reasons.append(
            f"expected share of customers without repeat order is {evidence.expected_one_time_share:.3f}, "
            f"observed {evidence.observed_one_time_share:.3f}"
        )
    return reasons


def parameter_cautions(shapes: dict[str, float]) -> list[str]:
    """Return a warning for every shape parameter that cannot be distinguished from infinity."""
    return [
        f"parameter {name} is {value:.0f}: customers hardly differ in it; do not read it as an estimate"
        for name, value in shapes.items()
        if value > DEGENERATE_SHAPE
    ]
