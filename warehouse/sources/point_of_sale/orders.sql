-- One row per receipt, and one per refund. Dates are the shop's own, with the year first or, in older exports, as
-- month/day/year.
with lines as (
    select
        contract_row.order_id,
        "Customer ID" as customer_id,
        concat_ws(
            ' ', coalesce(try_strptime("Date", ['%m/%d/%Y', '%m/%d/%y'])::date::varchar, "Date"), "Time"
        ) as ordered_at,
        "Event Type" as event_type,
        "Location" as location
    from accepted
)

select
    order_id,
    min(customer_id) as customer_id,
    min(ordered_at) as ordered_at,
    case when lower(min(event_type)) = 'refund' then 'return' else 'sale' end as order_kind,
    coalesce(min(location), 'store') as sales_channel
from lines
group by order_id
