-- Two orders at most: what was spent in the year before, on the day of the last purchase, and what was spent in the two
-- weeks after the e-mails. What cannot be placed (recency or spend of another form) is passed on and quarantined.
with known as (
    select
        contract_row.customer_id,
        timestamp '2008-02-15 12:00:00' as mailed_at,
        trim("recency") as recency,
        trim("history") as history,
        trim("spend") as spend,
        trim("channel") as channel
    from accepted
)

select
    customer_id || '-before' as order_id,
    customer_id,
    case
        when regexp_full_match(recency, '\d{1,3}') then (mailed_at - to_months(recency::integer))::varchar
        else concat('recency ', recency)
    end as ordered_at,
    history as order_amount,
    'USD' as currency,
    'US' as country,
    lower(channel) as sales_channel
from known
where coalesce(try_cast(history as double), 1) > 0

union all

select
    customer_id || '-after' as order_id,
    customer_id,
    '2008-02-28 12:00:00' as ordered_at,
    spend as order_amount,
    'USD' as currency,
    'US' as country,
    null as sales_channel
from known
where coalesce(try_cast(spend as double), 1) > 0
