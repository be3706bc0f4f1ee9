"""What a rule that goes by the former run compares: profiles of this run beside those of the newest one that passed."""

from __future__ import annotations

COLUMNS = (
    "gate",
    "as_of_date",
    "table_name",
    "column_name",
    "measure",
    "category",
    "value",
    "row_count",
    "is_accepted",
)
NO_FORMER_RUN = "there is no earlier run to compare with"

# CTEs `present` and `former`. This run's profiles are not accepted yet; those accepted may be of the same date, when a
# file came in since.
PRESENT_AND_FORMER = """
    profiles as (
        select * from {batch} as stored where gate = :gate and table_name = :profiled and measure in :measures
    ),
    present as (select * from profiles where as_of_date = :as_of_date and not is_accepted),
    former as (
        select * from profiles
        where is_accepted and as_of_date = (
            select max(as_of_date) from profiles where is_accepted and as_of_date <= :as_of_date
        )
    )
"""
