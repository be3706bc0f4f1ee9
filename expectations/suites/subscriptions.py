"""The part of gate `marts` on contracts for recurring services."""

from __future__ import annotations

from datetime import date

from expectations.newest_versions import newest
from expectations.suites.features import features_keep_their_bounds
from expectations.suites.mart_rules import look_at
from expectations.suites.rules import TableSuite, no_rows, not_null, unique
from warehouse.tables.features import declared_features


def subscriptions_suite(as_of_date: date) -> TableSuite:
    """`marts.dim_subscriptions`."""
    model = look_at("dim_subscriptions")
    rules = (
        not_null("subscription_id", "Every contract has an id.", model),
        unique(["subscription_id"], "Each contract stands once in dim_subscriptions.", model),
        no_rows(
            "contracts_are_complete",
            f"""
                select known.subscription_id as raw_subscription_id, contracts.subscription_id
                from (select subscription_id from {newest("subscriptions")}
                    where started_at < :as_of_date) as known
                full outer join {{batch}} as contracts on contracts.subscription_id = known.subscription_id
                where known.subscription_id is null or contracts.subscription_id is null
            """,
            "Every contract that began before the as-of date is there, and no other.",
            model,
            column="subscription_id",
        ),
        no_rows(
            "nothing_after_as_of_date",
            """
                select subscription_id, started_at, ended_at
                from {batch} as contracts
                where started_at >= :as_of_date or ended_at >= :as_of_date or is_active <> (ended_at is null)
            """,
            f"No start or end from {as_of_date} on is known, and only what has not ended is active.",
            model,
            column="ended_at",
        ),
    )
    columns = ("subscription_id", "customer_id", "started_at", "ended_at", "is_active")
    return TableSuite("marts", "dim_subscriptions", columns, rules)


def subscription_features_suite() -> TableSuite:
    """`marts.subscription_features`."""
    model = look_at("subscription_features")
    rules = (
        unique(["subscription_id", "as_of_date"], "Each contract stands once per as-of date.", model),
        features_keep_their_bounds("contracts", ("subscription_id", "as_of_date")),
        no_rows(
            "features_fit_their_date",
            """
                select subscription_id, as_of_date, tenure_months, is_eligible, total_charges_amount
                from {batch} as features
                where as_of_date > :as_of_date
                    or is_eligible <> (ineligible_reason is null)
                    or (as_of_date < :as_of_date and (not is_eligible or total_charges_amount is not null))
            """,
            "At earlier dates there are running contracts only, without what is known of them today.",
            model + "; a feature that knows the future makes every model look better than it is.",
            column="tenure_months",
        ),
    )
    columns = ("subscription_id", "as_of_date", "is_eligible", "ineligible_reason", *declared_features("contracts"))
    return TableSuite("marts", "subscription_features", columns, rules)
