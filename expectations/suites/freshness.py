"""The part of gate `raw` on freshness: the newest row of each table against the as-of date and the time of loading."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.newest_versions import newest
from expectations.suites.rules import no_rows
from expectations.thresholds import FreshnessThresholds
from warehouse.tables.contract import Table

_LAG = """
    with
    -- when the file arrived, which stays the same when it is read again
    loads as (
        select coalesce(files.arrived_at, orders._loaded_at) as loaded_at, max(orders.ordered_at) as newest_order_at
        from {batch} as orders
        left join (select distinct load_id, arrived_at from quality.file_loads) as files
            on files.load_id = orders._load_id
        group by loaded_at
    ),
    lags as (
        select
            loaded_at,
            date_diff('day', max(newest_order_at) over (order by loaded_at), loaded_at) as lag_days,
            row_number() over (order by loaded_at desc) as recency
        from loads
    ),
    usual as (
        select count(*) as former_load_count, median(lag_days) as usual_lag_days from lags where recency > 1
    )
    select
        lags.loaded_at, lags.lag_days, usual.usual_lag_days,
        case when usual.former_load_count < :minimum
            then usual.former_load_count || ' former loads, ' || :minimum || ' are needed'
        end as cannot_judge
    from lags
    cross join usual
    where lags.recency = 1
        and (usual.former_load_count < :minimum or lags.lag_days > usual.usual_lag_days + :days)
"""


def load_lag_rule(thresholds: FreshnessThresholds) -> Expectation:
    """On `raw.orders`; goes by what the source used to do, for history may be loaded years later."""
    return no_rows(
        "newest_order_age_when_loaded",
        _LAG,
        f"When loaded, the newest order is at most {thresholds.load_lag_growth_days} days older than it used to be in "
        "former loads.",
        "Look whether the export ran on the newest data: an old export was landed, or the shop took no orders.",
        column="ordered_at",
        severity="warning",
        minimum=thresholds.former_load_minimum,
        days=thresholds.load_lag_growth_days,
    )


def freshness_rules(name: str, table: Table, thresholds: FreshnessThresholds) -> tuple[Expectation, ...]:
    """On a raw table with events, where it has rows."""
    days = thresholds.newest_event_age_days.get(name)
    if days is None or table.event_time is None:
        return ()
    return (
        no_rows(
            f"newest_{table.event_time}_age",
            f"""
                select max({table.event_time}) as newest_{table.event_time}
                from {newest(name)} as events
                where {table.event_time} < :as_of_date
                having date_diff('day', max({table.event_time}), :as_of_date) > :days
            """,
            f"The newest row of {name} is at most {days} days older than the as-of date.",
            f"Look whether the newest export of {name} was landed; features made from it go stale without it.",
            column=table.event_time,
            severity="warning",
            days=days,
        ),
    )
