"""Who of those that match is chosen: with consent, within the limits of contact, the first so many; who is held out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pyarrow as pa
from duckdb import DuckDBPyConnection

from warehouse.audiences.declaration import Audience, ContactLimit
from warehouse.audiences.hold_out import draw_parameters, draw_sql
from warehouse.base.definitions import load_definitions
from warehouse.base.rows import as_dicts

MEMBERS, OVERVIEW = "marts.audience_members", "marts.audience_overview"
MATCHED = "matched_customers"

# Selections until now, under the ids that count today: accounts may have been merged since.
_PAST = f"""
past as (
    select
        coalesce(identities.customer_id, members.customer_id) as customer_id, members.audience_name,
        members.as_of_date, members.is_held_out
    from {MEMBERS} as members
    left join pii.customer_identities as identities on members.customer_id = identities.source_customer_id
    where members.as_of_date <= $day and members.as_of_date > $day - greatest($own_days, $all_days)
),
touches as (
    select customer_id, touched_at::date as touched_on
    from staging.stg_campaign_touches
    where not is_control and touched_at < $day and customer_id is not null
        and touched_at >= $day - ($all_days + $report_days)
)
"""
# Who was held out by this audience counts as if it had contacted them: else they alone would be free to be chosen
# again, and those who were contacted would be compared with others than their like.
_CONTACTS = f"""
{_PAST},
own_contacts as (
    select customer_id, count(*) as own_count
    from past where audience_name = $name and as_of_date > $day - $own_days and as_of_date < $day
    group by customer_id
),
all_contacts as (
    select customer_id, count(*) as all_count
    from (
        select customer_id from touches where touched_on > $day - $all_days
        union all
        select past.customer_id
        from past
        where past.as_of_date > $day - $all_days and (
            (past.is_held_out and past.audience_name = $name)
            or (
                not past.is_held_out
                and not exists (  -- the source reports the contact that came of it
                    select 1 from touches
                    where touches.customer_id = past.customer_id
                        and touches.touched_on >= past.as_of_date
                        and touches.touched_on < past.as_of_date + $report_days
                )
            )
        )
    ) as contacts
    group by customer_id
)
"""
_JUDGED = f"""
create or replace temp table judged as
with {_CONTACTS},
judged as (
    select
        matched.customer_id,
        matched.rank,
        case
            when not coalesce(customers.may_be_contacted, false) then 'without_consent'
            when coalesce(own_count, 0) >= $own_touches then 'over_own_limit'
            when coalesce(all_count, 0) >= $all_touches then 'over_common_limit'
        end as excluded_because
    from matched_now as matched
    left join marts.customer_360 as customers using (customer_id)
    left join own_contacts using (customer_id)
    left join all_contacts using (customer_id)
),
placed as (
    select *, row_number() over (partition by excluded_because is null order by rank) as place from judged
)
select
    customer_id,
    place as position,
    coalesce(excluded_because, case when place > $size then 'beyond_size' end) as excluded_because,
    {draw_sql("customer_id")} < $share as is_held_out
from placed
"""
_INSERT = f"""
insert into {MEMBERS} (audience_name, customer_id, as_of_date, is_held_out, position)
select $name, customer_id, $day, is_held_out, position from judged where excluded_because is null order by position
"""
_COUNTS = """
select
    count(*) as matched_count,
    count(*) filter (where excluded_because = 'without_consent') as without_consent_count,
    count(*) filter (where excluded_because = 'over_own_limit') as over_own_limit_count,
    count(*) filter (where excluded_because = 'over_common_limit') as over_common_limit_count,
    count(*) filter (where excluded_because = 'beyond_size') as beyond_size_count,
    count(*) filter (where excluded_because is null and is_held_out) as held_out_count,
    count(*) filter (where excluded_because is null and not is_held_out) as exported_count
from judged
"""
_UNLIMITED = 2**62


def choose(
    connection: DuckDBPyConnection, audience: Audience, as_of_date: date, matched: pa.Table, salt: str
) -> Mapping[str, int]:
    """Write the members of one audience; the counts of who was chosen and why others were not.

    Runs inside the caller's transaction. Members of the same date must be gone, those of audiences before this one must
    be there: they count for limits over all campaigns.

    Parameters
    ----------
    matched
        Who matches the condition: `customer_id`, and `rank` from 1.
    """
    own, common = audience.contact_limits.this_audience, audience.contact_limits.all_campaigns
    connection.register("matched_now", matched)
    try:
        connection.execute(
            _JUDGED,
            {
                "day": as_of_date,
                "name": audience.name,
                "size": audience.size or _UNLIMITED,
                "share": audience.hold_out_share,
                "report_days": load_definitions().audience_report_days,
                **_bound("own", own),
                **_bound("all", common),
                **draw_parameters(salt, audience.name),
            },
        )
        connection.execute(
            f"insert into {MATCHED} select $name, customer_id from judged where excluded_because <> 'without_consent' "
            "or excluded_because is null",
            {"name": audience.name},
        )
    finally:
        connection.unregister("matched_now")
    connection.execute(_INSERT, {"name": audience.name, "day": as_of_date})
    [counts] = as_dicts(connection.execute(_COUNTS))
    connection.execute("drop table judged")
    return counts


def _bound(which: str, limit: ContactLimit | None) -> dict[str, int]:
    touches, days = (limit.touches, limit.days) if limit else (_UNLIMITED, 0)
    return {f"{which}_touches": touches, f"{which}_days": days}
