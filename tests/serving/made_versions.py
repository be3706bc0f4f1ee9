"""Published versions made by hand, of a few customers whose values are known."""

from __future__ import annotations

import duckdb

from warehouse.base.connections import DATABASE
from warehouse.base.settings import Settings
from warehouse.publishing.published_versions import folder_of, switch_to

KEY = "a-key-for-the-scorer"


def make_version(settings: Settings, version: str, churn_probability: float = 0.25) -> None:
    """Make a version of two customers, and make it live. Of customer A the probability is given."""
    folder = folder_of(settings, version)
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / DATABASE)) as connection:
        connection.execute("create schema marts; create schema scores; create schema quality")
        connection.execute(
            "create table marts.customer_360 as "
            "select 'A/1' as customer_id, date '2026-07-01' as as_of_date, 3 as segment_id, 'Loyal' as segment_name, "
            "'scored' as churn_status, ?::double as churn_probability, 'low' as churn_risk_band, "
            "12.50::decimal(18, 2) as predicted_amount, date '2026-06-30' as last_order_date, true as is_eligible, "
            "'reward_loyalty' as next_best_action, 'nan'::double as alive_probability "
            "union all by name select 'B' as customer_id, date '2026-07-01' as as_of_date, 'refused' as churn_status",
            [churn_probability],
        )
        connection.execute(
            "create table scores.customer_clv as select 'A/1' as customer_id, date '2026-07-01' as as_of_date, "
            "'raises value: much' as reasons, 'crm_clv' as model_name, '4' as model_version, now() as scored_at "
            "union all select 'A/1', date '2026-06-01', 'of a former date', 'crm_clv', '3', now()"
        )
        connection.execute(
            "create table quality.pipeline_runs as "
            "select ? as published_version, 'shop' as source, date '2026-07-01' as as_of_date, 2 as customers, "
            "now()::timestamp as published_at, 'live' as status, 'by hand' as status_reason",
            [version],
        )
    switch_to(settings, version)
