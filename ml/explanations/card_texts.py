"""What a model card says of each job in fixed words: purpose, protocol, limits."""

from __future__ import annotations

from collections.abc import Mapping

_PURPOSE = {
    "churn": "Probability that an eligible customer makes no purchase in the next {horizon} days.",
    "clv": "Net spend of an eligible customer in the next {horizon} days, with an interval.",
    "segmentation": "Groups of customers who behave alike, with names.",
    "contract_churn": (
        "Probability that a running contract ends in the next {horizon} days, and how long it may go on after."
    ),
}
_CROSS_SECTION_PURPOSE = (
    "How alike a running contract is to those that have ended (a probability without a horizon: the source is one "
    "cross-section), and how long it may go on."
)
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
    "contract_churn": (
        "Plan, payment and attributes are as the source states them today, also at earlier dates.",
        "Contracts that have ended get no score.",
    ),
}
_CUSTOMER_LIMITS = (
    "Judged on one holdout date; the backtest shows other dates.",
    "Customers outside the eligibility window get no score. Guests are not customers here.",
)
_CROSS_SECTION_LIMITS = (
    "Judged on folds of one cross-section: it tells ended from running contracts, not the future from the past.",
    "The running contracts that are scored are among the rows that the model was fitted on.",
)
_DATED_CONTRACT_LIMITS = ("Judged on one holdout date.",)
_COMMON_LIMITS = ("Contributions tell what moves the model's score, not what causes the behaviour.",)
_CONTRACTS = "contract_churn"


def purpose(job_name: str, horizon_days: int | None, fingerprint: Mapping[str, str]) -> str:
    """What the score is."""
    if _is_cross_section(fingerprint):
        return _CROSS_SECTION_PURPOSE
    return _PURPOSE.get(job_name, f"Job {job_name}.").format(horizon=horizon_days)


def rows_are(job_name: str) -> str:
    """What the job's rows are counted as."""
    return "contracts" if job_name == _CONTRACTS else "customers"


def protocol(job_name: str, horizon_days: int | None, fingerprint: Mapping[str, str], judged_on: str) -> str:
    """How the model was fitted and judged."""
    if horizon_days is None:
        return "Fitted on the scoring snapshot; no labels."
    if _is_cross_section(fingerprint):
        return (
            "Rows are contracts, ended or running, on the one day that all known ends fall on. Judged on "
            f"{judged_on}, stratified and by customer: preparation, search for parameters and fit happen inside the "
            "folds; figures are means over the folds. The version itself is fitted on all rows. Baselines compete on "
            "the same folds; differences by paired bootstrap over contracts."
        )
    what = rows_are(job_name)
    one = what.removesuffix("s")
    judged = f"{'running' if job_name == _CONTRACTS else 'eligible'} {what}"
    return (
        f"Rows are ({one}, date): features from before the date, outcomes from the {horizon_days} days after it. "
        f"Fitted on the snapshots {fingerprint.get('first_training_date')} to "
        f"{fingerprint.get('last_training_date')}, whose outcomes were known on "
        f"{fingerprint.get('evaluation_date')}; judged on the {judged} of that day. Baselines compete on the same "
        f"rows; differences by paired bootstrap over {what}."
    )


def limits(job_name: str, fingerprint: Mapping[str, str]) -> tuple[str, ...]:
    """What the model cannot do."""
    design = _CUSTOMER_LIMITS
    if job_name == _CONTRACTS:
        design = _CROSS_SECTION_LIMITS if _is_cross_section(fingerprint) else _DATED_CONTRACT_LIMITS
    return (*_LIMITS.get(job_name, ()), *design, *_COMMON_LIMITS)


def _is_cross_section(fingerprint: Mapping[str, str]) -> bool:
    return fingerprint.get("design") == "cross_section"
