select
    order_id,
    gross_amount,
    return_amount,
    cancelled_amount,
    net_amount
from {{ ref('fct_orders') }}
where order_kind <> 'adjustment' and gross_amount - return_amount - cancelled_amount <> net_amount
