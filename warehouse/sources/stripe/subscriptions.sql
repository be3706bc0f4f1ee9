-- One row per subscription. What a period costs becomes an amount per month; one that was never paid
-- (incomplete_expired) ended when it began.
with priced as (
    select
        *,
        coalesce("Start Date (UTC)", "Start (UTC)", "Created (UTC)") as started_at,
        try_cast("Amount" as decimal(18, 4)) * coalesce(try_cast("Quantity" as decimal(9, 2)), 1) as period_amount
    from landed
)

select
    _row_number,
    "id" as subscription_id,
    "Customer ID" as customer_id,
    coalesce("Plan", "Product") as plan_name,
    started_at,
    case
        when lower("Status") = 'incomplete_expired' then started_at
        when lower("Status") = 'canceled' then coalesce("Ended At (UTC)", "Canceled At (UTC)")
        else "Ended At (UTC)"
    end as ended_at,
    case lower("Interval")
        when 'month' then coalesce(period_amount::varchar, "Amount")
        when 'year' then round(period_amount / 12, 4)::varchar
        when 'week' then round(period_amount * 52 / 12, 4)::varchar
        when 'day' then round(period_amount * 365 / 12, 4)::varchar
        else concat('Interval ', "Interval")
    end as monthly_amount,
    case lower("Interval") when 'month' then '1' when 'year' then '12' end as term_months
from priced
