"""How many customers two audiences of a date share."""

from __future__ import annotations

from datetime import date

from duckdb import DuckDBPyConnection

from warehouse.audiences.choice import MATCHED, MEMBERS, OVERVIEW
from warehouse.audiences.selection import SELECTED

OVERLAP = "marts.audience_overlap"

_OVERLAP = f"""
insert into {OVERLAP}
with names as (select distinct audience_name from {OVERVIEW} where as_of_date = $day and status = '{SELECTED}'),
members as (select audience_name, customer_id from {MEMBERS} where as_of_date = $day),
matched_sizes as (select audience_name, count(*) as size from {MATCHED} group by audience_name),
member_sizes as (select audience_name, count(*) as size from members group by audience_name),
matched_pairs as (
    select one.audience_name, other.audience_name as other_audience_name, count(*) as common
    from {MATCHED} as one inner join {MATCHED} as other using (customer_id)
    group by one.audience_name, other.audience_name
),
member_pairs as (
    select one.audience_name, other.audience_name as other_audience_name, count(*) as common
    from members as one inner join members as other using (customer_id)
    group by one.audience_name, other.audience_name
)
select
    one.audience_name, other.audience_name, $day,
    coalesce(matched_pairs.common, 0), coalesce(matched_pairs.common, 0) / matched_sizes.size::double,
    coalesce(member_pairs.common, 0), coalesce(member_pairs.common, 0) / member_sizes.size::double
from names as one
inner join names as other on one.audience_name <> other.audience_name
left join matched_sizes on one.audience_name = matched_sizes.audience_name
left join member_sizes on one.audience_name = member_sizes.audience_name
left join matched_pairs
    on one.audience_name = matched_pairs.audience_name
    and other.audience_name = matched_pairs.other_audience_name
left join member_pairs
    on one.audience_name = member_pairs.audience_name
    and other.audience_name = member_pairs.other_audience_name
order by 1, 2
"""


def write_overlap(connection: DuckDBPyConnection, as_of_date: date) -> None:
    """Write the overlap of each pair of audiences of a date, among those who match and among the members.

    Runs inside the caller's transaction; MATCHED and the members of the date must be there.
    """
    connection.execute(f"delete from {OVERLAP} where as_of_date = ?", [as_of_date])
    connection.execute(_OVERLAP, {"day": as_of_date})
