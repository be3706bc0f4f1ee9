"""The part of gate `raw` on volume: orders of the last day and week, and rows of the newest file, against former ones.

Robust: the middle of the former counts and their median absolute deviation, which single peaks do not move. Season:
what is unusual against the past weeks is usual after all when the same weeks of a year ago moved alike.
"""

from __future__ import annotations

from typing import Any

from great_expectations.expectations.expectation import Expectation

from expectations.newest_versions import newest
from expectations.suites.rules import no_rows
from expectations.thresholds import VolumeThresholds

# Standard deviations in a median absolute deviation of a normal distribution.
_SPREAD = 1.4826

_ORDERS = f"""
    with
    days as (
        select cast(ordered_at as date) as order_date, count(distinct order_id) as order_count
        from {newest("orders")} as orders
        where ordered_at < :as_of_date and order_kind = 'sale'
        group by cast(ordered_at as date)
    ),
    weeks as (
        select
            cast(number as integer) as week_number,
            :as_of_date - cast(7 * number + :days as integer) as first_date,
            :as_of_date - cast(7 * number as integer) as end_date
        from range(0, 53 + :weeks) as numbers(number)
    ),
    counted as (
        select weeks.week_number, coalesce(sum(days.order_count), 0) as order_count
        from weeks
        left join days on days.order_date >= weeks.first_date and days.order_date < weeks.end_date
        where weeks.first_date >= (select min(order_date) from days)
        group by weeks.week_number
    ),
    usual as (
        select
            count(*) as former_week_count,
            median(order_count) as usual_order_count,
            :spread * mad(order_count) as spread
        from counted
        where week_number between 1 and :weeks
    ),
    season as (
        select
            (select order_count from counted where week_number = 52) / nullif(median(order_count), 0) as season_factor
        from counted
        where week_number between 53 and 52 + :weeks
        having count(*) >= :minimum
    ),
    judged as (
        select
            coalesce((select order_count from counted where week_number = 0), 0) as order_count,
            usual.*,
            (select season_factor from season) as season_factor
        from usual
    )
    select
        order_count, usual_order_count, round(spread, 1) as usual_spread, round(season_factor, 2) as season_factor,
        case when former_week_count < :minimum
            then 'the orders go back ' || former_week_count || ' former weeks, ' || :minimum || ' are needed'
        end as cannot_judge
    from judged
    where former_week_count < :minimum
        or (
            abs(order_count - usual_order_count)
                > greatest(:factor * spread, :share * usual_order_count, :count)
            and coalesce(abs(order_count - usual_order_count * season_factor)
                > greatest(:factor * spread, :share * usual_order_count * season_factor, :count), true)
        )
"""

_FILES = """
    with
    ranked as (
        select
            table_name, file_name, rows_read,
            row_number() over (partition by table_name order by loaded_at desc, load_id desc) as recency
        from {batch} as loads
        where not is_derived
    ),
    usual as (
        select
            table_name, count(*) as former_file_count, median(rows_read) as usual_row_count,
            :spread * mad(rows_read) as spread
        from ranked
        where recency > 1
        group by table_name
        having count(*) >= :minimum
    )
    select
        ranked.table_name, ranked.file_name, ranked.rows_read, usual.usual_row_count,
        usual.former_file_count, cast(null as varchar) as cannot_judge
    from ranked
    inner join usual on usual.table_name = ranked.table_name
    where ranked.recency = 1
        and abs(ranked.rows_read - usual.usual_row_count)
            > greatest(:factor * usual.spread, :share * usual.usual_row_count, :count)
    union all
    select null, null, null, null, null, 'no table has ' || :minimum || ' former files to compare with'
    where not exists (select 1 from usual)
"""


def order_volume_rules(thresholds: VolumeThresholds) -> tuple[Expectation, ...]:
    """On `raw.orders`."""
    return tuple(
        no_rows(
            f"orders_of_last_{name}",
            _ORDERS,
            f"The last {name} before the as-of date has about as many orders as {alike} of the past "
            f"{thresholds.former_week_count} weeks, or as the season of a year ago lets expect.",
            "Look whether the newest export is complete, and whether a campaign, a holiday or an outage explains it.",
            column="ordered_at",
            severity="warning",
            days=days,
            weeks=thresholds.former_week_count,
            minimum=thresholds.former_week_minimum,
            **_bounds(thresholds),
        )
        for name, days, alike in (("day", 1, "the same weekdays"), ("week", 7, "the weeks"))
    )


def file_volume_rules(thresholds: VolumeThresholds) -> tuple[Expectation, ...]:
    """On `quality.file_loads`."""
    return (
        no_rows(
            "rows_of_newest_file",
            _FILES,
            "The newest file of each table has about as many rows as the files before it.",
            "Compare the file with the one before it: cut off, exported twice, or for another period?",
            column="rows_read",
            severity="warning",
            minimum=thresholds.former_file_minimum,
            **_bounds(thresholds),
        ),
    )


def _bounds(thresholds: VolumeThresholds) -> dict[str, Any]:
    return {
        "spread": _SPREAD,
        "factor": thresholds.spread_factor,
        "share": thresholds.deviation_share_minimum,
        "count": thresholds.deviation_count_minimum,
    }
