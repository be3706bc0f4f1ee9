"""What the readable rules would have advised at any moment, by what was known then without models.

The rules are those of `marts.customer_360` (macro `action_rules`): the same text, rendered. Scores of past moments are
not kept for each of them, so that the time since the last purchase stands in for the risk of churn, and spend in the
year before for the value at stake.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import duckdb
import pandas as pd

from warehouse.base.dbt_macros import dbt_macro
from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.yaml_files import read_yaml

_KNOWN = """
with accounts as (
    select
        moments.*,
        coalesce(customers.has_account, false) as has_account,
        -- not known of those who never had a contract
        (
            select bool_or({runs})
            from marts.dim_subscriptions as contracts
            where contracts.customer_id = moments.customer_id and contracts.started_at < moments.known_at
        ) as has_active_subscription,
        case
            when mean_order_gap_days is not null
                then days_since_last_order >= $overdue_gap_count * mean_order_gap_days
                    and days_since_last_order >= $overdue_minimum_days
            else coalesce(days_since_last_order >= $churn_horizon_days, false)
        end as is_overdue,
        coalesce(days_since_last_order <= $eligibility_window_days, false) as is_eligible
    from moments
    left join marts.dim_customers as customers on moments.customer_id = customers.customer_id
),
ranked as (
    select
        *,
        (row_number() over (partition by known_at::date, is_eligible order by net_amount_365d desc, customer_id))
        / count(*) over (partition by known_at::date, is_eligible) as spend_share
    from accounts
),
known as (
    select
        *,
        cast(null as varchar) as subscription_churn_risk_band,
        case
            when not is_eligible then null
            when is_overdue then 'high'
            when days_since_last_order <= coalesce(mean_order_gap_days, $churn_horizon_days / 2) then 'low'
            else 'medium'
        end as churn_risk_band,
        case when is_eligible then {tier} end as value_tier
    from ranked
)
select customer_id, known_at, {advice} as rules_action
from known
"""
_COLUMNS = [
    "customer_id", "known_at", "order_count", "days_since_last_order", "mean_order_gap_days", "net_amount_365d"
]  # fmt: skip
_NUMBERS = ("overdue_gap_count", "overdue_minimum_days", "churn_horizon_days", "eligibility_window_days")


def rules_actions(
    connection: duckdb.DuckDBPyConnection, moments: pd.DataFrame, value_tiers: Mapping[str, float]
) -> pd.Series:
    """The action that the first fitting rule names for each row, with its index.

    Parameters
    ----------
    moments
        `customer_id`, `known_at` and the features of `ml.data.moments` on it; each pair once.
    value_tiers
        Name of a tier and the share of customers in it and above, rising.
    """
    tiers = " ".join(f"when spend_share <= {share:f} then '{name}'" for name, share in value_tiers.items())
    query = _KNOWN.format(
        runs=dbt_macro("held_at")("moments.known_at", "contracts.started_at", "contracts.ended_at"),
        tier=f"case {tiers} end",
        advice=_advice(),
    )
    connection.register("moments", moments[_COLUMNS])
    try:
        found = connection.execute(query, {name: _variables()[name] for name in _NUMBERS}).df()
    finally:
        connection.unregister("moments")
    keyed = moments[["customer_id", "known_at"]].merge(found, on=["customer_id", "known_at"], how="left")
    return pd.Series(keyed["rules_action"].to_numpy(), index=moments.index)


@cache
def _variables() -> dict[str, Any]:
    return read_yaml(DBT_PROJECT / "dbt_project.yml")["vars"]


@cache
def _advice() -> str:
    """The action of the first rule that fits, as SQL; dbt's `return` hands over a list."""
    from jinja2 import Environment

    returned: list[object] = []
    environment = Environment(autoescape=False)  # noqa: S701 - SQL, not markup
    known: dict[str, Any] = {"var": _variables().__getitem__, "return": returned.append}
    known["rounded_half_even"] = lambda number, _places: number  # in the reasons of rules, which nobody asks for here
    environment.globals.update(known)
    text = (DBT_PROJECT / "macros" / "next_best_action.sql").read_text(encoding="utf-8")
    macros: Any = environment.from_string(text).module
    macros.action_rules()
    return macros.advice("then", returned[-1])
