"""The parts of gates `marts` and `scores` on contracts for recurring services."""

from __future__ import annotations

from datetime import date

from expectations.newest_versions import newest
from expectations.suites.mart_rules import look_at
from expectations.suites.rules import TableSuite, between, in_set, no_rows, not_null, sql, unique
from expectations.suites.score_rules import LOOK, STATUSES, filled_when_scored, finite, reasoned, scored_share_stands
from expectations.thresholds import ScoresThresholds

_SCORE_KEY = ["subscription_id", "customer_id", "as_of_date", "model_name"]
_SURVIVAL = ("survival_3m_probability", "survival_6m_probability", "survival_12m_probability")


def subscriptions_suite(as_of_date: date) -> TableSuite:
    """`marts.dim_subscriptions`."""
    model = look_at("dim_subscriptions")
    rules = (
        not_null("subscription_id", "Every contract has an id.", model),
        unique(["subscription_id"], "Each contract stands once in dim_subscriptions.", model),
        no_rows(
            "contracts_are_complete",
            sql(
                f"""
                    select known.subscription_id as raw_subscription_id, contracts.subscription_id
                    from (select subscription_id from {newest("subscriptions")}
                        where started_at < :as_of_date) as known
                    full outer join {{batch}} as contracts on contracts.subscription_id = known.subscription_id
                    where known.subscription_id is null or contracts.subscription_id is null
                """,
                as_of_date=as_of_date,
            ),
            "Every contract that began before the as-of date is there, and no other.",
            model,
            column="subscription_id",
        ),
        no_rows(
            "nothing_after_as_of_date",
            sql(
                """
                    select subscription_id, started_at, ended_at
                    from {batch} as contracts
                    where started_at >= :as_of_date or ended_at >= :as_of_date or is_active <> (ended_at is null)
                """,
                as_of_date=as_of_date,
            ),
            f"No start or end from {as_of_date} on is known, and only what has not ended is active.",
            model,
            column="ended_at",
        ),
    )
    columns = ("subscription_id", "customer_id", "started_at", "ended_at", "is_active")
    return TableSuite("marts", "dim_subscriptions", columns, rules)


def subscription_features_suite(as_of_date: date) -> TableSuite:
    """`marts.subscription_features`."""
    model = look_at("subscription_features")
    rules = (
        unique(["subscription_id", "as_of_date"], "Each contract stands once per as-of date.", model),
        no_rows(
            "features_fit_their_date",
            sql(
                """
                    select subscription_id, as_of_date, tenure_months, is_eligible, total_charges_amount
                    from {batch} as features
                    where as_of_date > :as_of_date or tenure_months < 0
                        or is_eligible <> (ineligible_reason is null)
                        or (as_of_date < :as_of_date and (not is_eligible or total_charges_amount is not null))
                """,
                as_of_date=as_of_date,
            ),
            "At earlier dates there are running contracts only, without what is known of them today.",
            model + "; a feature that knows the future makes every model look better than it is.",
            column="tenure_months",
        ),
    )
    columns = ("subscription_id", "as_of_date", "tenure_months", "is_eligible", "ineligible_reason")
    return TableSuite("marts", "subscription_features", (*columns, "total_charges_amount"), rules)


def subscription_churn_suite(thresholds: ScoresThresholds, as_of_date: date) -> TableSuite:
    """`scores.subscription_churn`."""
    bands = ["low", "medium", "high"]
    rules = (
        unique(_SCORE_KEY, "Each contract stands once per as-of date and model.", LOOK),
        in_set("status", STATUSES, f"A status is one of {', '.join(STATUSES)}.", LOOK),
        in_set("churn_risk_band", bands, f"A risk band is one of {', '.join(bands)}.", LOOK),
        *(
            between(name, 0, 1, "Probabilities lie between 0 and 1.", LOOK)
            for name in ("churn_probability", *_SURVIVAL)
        ),
        finite(("churn_probability", "expected_remaining_months"), as_of_date),
        filled_when_scored(("churn_probability", "churn_risk_band", "model_version", "mlflow_run_id"), as_of_date),
        reasoned(as_of_date),
        scored_share_stands(thresholds, as_of_date),
        no_rows(
            "every_contract_has_one_answer",
            sql(
                """
                    select coalesce(c.subscription_id, s.subscription_id) as subscription_id, s.status, s.reason
                    from marts.dim_subscriptions as c
                    full outer join (select * from {batch} where as_of_date = :as_of_date) as s
                        on s.subscription_id = c.subscription_id
                    where c.subscription_id is null or s.subscription_id is null
                        or (s.status = 'scored' and not c.is_active)
                        or (s.status <> 'scored' and nullif(trim(s.reason), '') is null)
                """,
                as_of_date=as_of_date,
            ),
            "Every contract has one answer: a score only while it runs, otherwise a reason.",
            "Score again for this as-of date: python -m ml score --job contract_churn.",
            column="subscription_id",
        ),
        no_rows(
            "survival_falls",
            """
                select subscription_id, survival_3m_probability, survival_6m_probability, survival_12m_probability
                from {batch} as scores
                where survival_6m_probability > survival_3m_probability
                    or survival_12m_probability > survival_6m_probability
                    or expected_remaining_months not between 0 and remaining_horizon_months
            """,
            "No contract is likelier to last longer than shorter.",
            LOOK,
            column="survival_12m_probability",
        ),
    )
    columns = (*_SCORE_KEY, "status", "reason", "churn_probability", "churn_risk_band", *_SURVIVAL)
    columns += ("expected_remaining_months", "remaining_horizon_months", "reasons", "reason_codes")
    columns += ("model_version", "mlflow_run_id")
    return TableSuite("scores", "subscription_churn", columns, rules)
