-- One row per order, and one per order of which something was refunded. The export does not say when that was: it is dated
-- on the day of the order. An order whose payment was voided does not stand.
with heads as (
    select
        "Name" as order_id,
        max("Email") as customer_id,
        max("Created at") as ordered_at,
        max("Cancelled at") as cancelled_at,
        max("Financial Status") as financial_status,
        max("Total") as total,
        max("Refunded Amount") as refunded,
        max("Currency") as currency,
        coalesce(max("Shipping Country"), max("Billing Country")) as country,
        max("Source") as sales_channel
    from accepted
    group by "Name"
)

select
    order_id,
    customer_id,
    ordered_at,
    'sale' as order_kind,
    case when cancelled_at is not null or financial_status = 'voided' then 'cancelled' else 'completed' end
        as order_status,
    case when cancelled_at is null and financial_status = 'voided' then ordered_at else cancelled_at end
        as cancelled_at,
    total as order_amount,
    currency,
    country,
    sales_channel
from heads

union all

select
    order_id || '-refund' as order_id,
    customer_id,
    ordered_at,
    'return' as order_kind,
    'completed' as order_status,
    null as cancelled_at,
    refunded as order_amount,
    currency,
    country,
    sales_channel
from heads
where try_cast(refunded as decimal(18, 4)) > 0 and cancelled_at is null
