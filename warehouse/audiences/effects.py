"""What audiences brought: those who were to be contacted against those held out, once the window after it is over.

Everybody counts in the group that was drawn for them, whatever became of the contact (intention to treat). The figures
are those of campaigns (`warehouse.marts.campaigns`): what is bought is counted, adjusted and told in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from duckdb import DuckDBPyConnection

from warehouse.audiences.choice import MEMBERS, OVERVIEW
from warehouse.base.definitions import load_definitions
from warehouse.base.rows import as_dicts, insert_rows
from warehouse.marts.campaigns.estimates import WHOLE, Minimum, campaign_estimates

EFFECTS = "marts.audience_effects"
SELECTION, FIRST_SELECTIONS = "selection", "first_selections"
_SETTLED_DAYS = 365  # hardly anything comes back later, and histories grow without end

# Who was in which group: as persons are known today, each of them once; who was in both, under two ids, is in neither.
_UNITS = f"""
create or replace temp table audience_units as
with persons as (
    select
        members.audience_name, members.as_of_date, coalesce(identities.customer_id, members.customer_id) as customer_id,
        bool_or(members.is_held_out) as is_held_out, bool_or(not members.is_held_out) as is_exported
    from {MEMBERS} as members
    left join pii.customer_identities as identities on members.customer_id = identities.source_customer_id
    where members.as_of_date <= $last_day
    group by all
),
shares as (  -- pooled are selections that held out the same share: else the groups would lie in other seasons
    select audience_name, as_of_date, hold_out_share = last_value(hold_out_share) over (
        partition by audience_name order by as_of_date rows between unbounded preceding and unbounded following
    ) as has_newest_share
    from {OVERVIEW}
    where as_of_date <= $last_day and exported_count is not null
),
placed as (
    select persons.*, row_number() over (partition by audience_name, customer_id order by as_of_date) as number
    from persons
)
select
    audience_name, as_of_date, '{SELECTION}' as scope, as_of_date as touched_on, customer_id, is_held_out, is_exported
from placed
where as_of_date > $settled_day
union all
select
    placed.audience_name, max(placed.as_of_date) over (partition by placed.audience_name), '{FIRST_SELECTIONS}',
    placed.as_of_date, placed.customer_id, placed.is_held_out, placed.is_exported
from placed
inner join shares using (audience_name, as_of_date)
where placed.number = 1 and shares.has_newest_share
"""
_SUMS = """
with counted as (  -- an inner join on the customer alone: an outer one with these conditions would be a product
    select
        units.audience_name, units.as_of_date, units.scope, units.customer_id,
        sum(movements.net_amount) filter (where movements.sold_at < units.touched_on) as earlier_spend,
        count(*) filter (where movements.sold_at >= units.touched_on and movements.is_demand) as orders,
        sum(movements.net_amount) filter (where movements.sold_at >= units.touched_on) as spend
    from audience_units as units
    inner join intermediate.int_customer_movements as movements on units.customer_id = movements.customer_id
    where
        (  -- as it stands today
            movements.sold_at >= units.touched_on
            and movements.sold_at < units.touched_on + $window_days
            and movements.counts_from_at < $day
            and (movements.counts_until_at is null or movements.counts_until_at >= $day)
        )
        or (  -- as it was known then
            movements.sold_at >= units.touched_on - $days_before
            and movements.sold_at < units.touched_on
            and movements.occurred_at < units.touched_on
            and movements.counts_from_at < units.touched_on
            and (movements.counts_until_at is null or movements.counts_until_at >= units.touched_on)
        )
    group by all
),
bought as (
    select
        audience_name, as_of_date, scope, customer_id, units.is_held_out,
        coalesce(counted.earlier_spend, 0)::decimal(18, 2) as earlier_spend,
        coalesce(counted.orders, 0) as orders,
        coalesce(counted.spend, 0)::decimal(18, 2) as spend
    from audience_units as units
    left join counted using (audience_name, as_of_date, scope, customer_id)
    where units.is_held_out <> units.is_exported
),
measured as (select *, (orders > 0)::integer as conversion from bought)
select
    audience_name, as_of_date, scope, is_held_out as is_control, count(*) as customer_count,
    sum(earlier_spend) as before_sum, sum(earlier_spend * earlier_spend) as before_square_sum,
    null as margin_sum, null as visit_sum,
    {outcomes}
from measured
group by audience_name, as_of_date, scope, is_held_out
"""
_OUTCOME = """
    sum({0}) as {0}_sum, sum({0} * {0}) as {0}_square_sum, sum({0} * earlier_spend) as {0}_before_sum,
    count(*) filter (where {0} <> 0) as {0}_count"""
_LEFT_OUT = """
select audience_name, as_of_date, scope, count(*) filter (where is_held_out and is_exported)
from audience_units group by all
"""
_KEY = itemgetter("audience_name", "as_of_date", "scope")
_FIGURES = (
    *("effect", "lower_effect", "upper_effect", "p_value"),
    *("adjusted_effect", "lower_adjusted_effect", "upper_adjusted_effect", "adjusted_p_value"),
    "false_discovery_p_value",
)


def measure_effects(connection: DuckDBPyConnection, as_of_date: date) -> int:
    """Measure the selections whose window is over, anew: what came back since counts; the number of them.

    Runs inside the caller's transaction. Selections of more than a year ago are settled, and stay as last measured.
    """
    definitions = load_definitions()
    window_days = definitions.campaign_window_days
    last_day = as_of_date - timedelta(days=window_days)
    settled_day = last_day - timedelta(days=_SETTLED_DAYS)
    connection.execute(f"delete from {EFFECTS} where scope <> '{SELECTION}' or as_of_date > ?", [settled_day])
    connection.execute(_UNITS, {"last_day": last_day, "settled_day": settled_day})
    sums = as_dicts(
        connection.execute(
            _SUMS.format(outcomes=",".join(_OUTCOME.format(name) for name in ("orders", "conversion", "spend"))),
            {"day": as_of_date, "window_days": window_days, "days_before": definitions.campaign_days_before},
        )
    )
    left_out = {tuple(key): count for *key, count in connection.execute(_LEFT_OUT).fetchall()}
    connection.execute("drop table audience_units")
    minimum = Minimum(definitions.campaign_minimum_group_count, definitions.campaign_minimum_response_count)
    said = {"window_days": window_days, "measured_as_of": as_of_date}
    rows = [
        {**said, **row, "left_out_count": left_out[_KEY(row)]}
        for scope in (SELECTION, FIRST_SELECTIONS)
        for row in _effects([one for one in sums if one["scope"] == scope], minimum)
    ]
    insert_rows(connection, EFFECTS, rows)
    return len({_KEY(row) for row in rows if row["scope"] == SELECTION})


def _effects(sums: list[dict[str, Any]], minimum: Minimum) -> Iterator[dict[str, Any]]:
    """The rows of one scope; p-values account for the number of audiences and dates in it."""
    keys = {number: key for number, (key, _) in enumerate(groupby(sorted(sums, key=_KEY), key=_KEY))}
    numbers = {key: number for number, key in keys.items()}
    moments = [{**one, "campaign_id": str(numbers[_KEY(one)]), "dimension": WHOLE, "segment": WHOLE} for one in sums]
    for found in campaign_estimates(moments, frozenset(map(str, keys)), minimum):
        yield _row(keys[int(found["campaign_id"])], found)


def _row(key: tuple[str, date, str], found: Mapping[str, Any]) -> dict[str, Any]:
    exported = found["treated_count"]
    adjusted = [found.get(f"{end}adjusted_effect") for end in ("", "lower_", "upper_")]
    totals = [None if one is None else one * exported for one in adjusted]
    return {
        **dict(zip(("audience_name", "as_of_date", "scope"), key, strict=True)),
        "outcome": found["outcome"],
        "exported_count": exported,
        "held_out_count": found["control_count"],
        "exported_mean": found["treated_mean"],
        "held_out_mean": found["control_mean"],
        **{name: found.get(name) for name in _FIGURES},
        **dict(zip(("total_effect", "lower_total_effect", "upper_total_effect"), totals, strict=True)),
        "reason": found["reason"],
    }
