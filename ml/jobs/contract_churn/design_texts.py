"""What cards say about contract churn by design: one cross-section of contracts, or rows of several dates."""

from __future__ import annotations

from collections.abc import Mapping

CROSS_SECTION_PURPOSE = (
    "How similar a running contract is to those that have ended (a probability without a horizon: the source is one "
    "cross-section), and how long it may last."
)
CROSS_SECTION_LIMITS = (
    "Evaluated on folds of one cross-section: it separates ended from running contracts, and does not predict the "
    "future from the past.",
    "The running contracts that are scored are among the rows that the model was fitted on.",
)
DATED_LIMITS = ("Evaluated on few dates: on one where many contracts end, on up to four otherwise.",)


def is_cross_section(fingerprint: Mapping[str, str]) -> bool:
    """Whether a version was trained on one cross-section."""
    return fingerprint.get("design") == "cross_section"


def cross_section_protocol(evaluated_on: str) -> str:
    """How a model of a cross-section was fitted and evaluated; `evaluated_on` as in `Job.protocol`."""
    return (
        "Rows are contracts, ended or running, on the one day that all known ends fall on. Evaluated on "
        f"{evaluated_on}, stratified and by customer: preparation, search for parameters and fit happen inside the "
        "folds; figures are means over the folds. The version itself is fitted on all rows. Baselines compete on "
        "the same folds; differences by paired bootstrap over contracts."
    )
