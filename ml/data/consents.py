"""Who may be contacted, as known on a date: the rule of `marts.dim_customers`, whose own date is that of the build."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from warehouse.base.dbt_macros import dbt_macro

_CONSENTS = """
select
    customers.customer_id,
    coalesce(bool_or(profiles.has_marketing_consent), false)
    and not exists (
        select 1
        from staging.stg_events as events
        where events.customer_id = customers.customer_id
            and events.event_type = 'unsubscribe'
            and events.occurred_at < $as_of_date
    ) as may_be_contacted
from marts.dim_customers as customers
left join intermediate.int_customer_profiles as profiles
    on customers.customer_id = profiles.customer_id and {holds}
group by customers.customer_id
"""


def may_be_contacted(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> pd.Series:
    """Whether each customer has consented and not withdrawn it before a date; what is not known is no consent.

    Returns
    -------
    Series
        Booleans, indexed by `customer_id`.
    """
    holds = dbt_macro("held_at")("$as_of_date", "profiles.valid_from_at", "profiles.valid_to_at")
    rows = connection.execute(_CONSENTS.format(holds=holds), {"as_of_date": as_of_date}).df()
    return rows.set_index("customer_id")["may_be_contacted"].astype(bool)
