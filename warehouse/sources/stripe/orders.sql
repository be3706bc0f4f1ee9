-- One row per payment, and one per payment of which something was refunded, on the day of the refund where the export has
-- it. What was not paid does not stand. Amounts are as charged: with tax, without lines.
with payments as (
    select
        *,
        coalesce("Created date (UTC)", "Created (UTC)") as paid_at,
        coalesce(try_cast("Amount Refunded" as decimal(18, 4)), 0) as refunded_amount,
        lower("Status") in (
            'paid', 'succeeded', 'refunded', 'partially refunded', 'partial refund', 'partially_refunded', 'disputed'
        ) as is_paid
    from landed
)

select
    _row_number,
    "id" as order_id,
    "Customer ID" as customer_id,
    paid_at as ordered_at,
    'sale' as order_kind,
    case when is_paid then 'completed' else 'cancelled' end as order_status,
    "Amount" as order_amount,
    upper("Currency") as currency,
    'web' as sales_channel
from payments

union all

select
    _row_number,
    "id" || '-refund' as order_id,
    "Customer ID" as customer_id,
    coalesce("Refunded date (UTC)", paid_at) as ordered_at,
    'return' as order_kind,
    case when is_paid then 'completed' else 'cancelled' end as order_status,
    "Amount Refunded" as order_amount,
    upper("Currency") as currency,
    'web' as sales_channel
from payments
where refunded_amount > 0
