select
    order_id,
    gross_amount,
    return_amount,
    cancelled_amount,
    net_amount
from {{ tested_rows(ref('fct_orders'), 'order_id') }} as orders
where order_kind <> 'adjustment' and gross_amount - return_amount - cancelled_amount <> net_amount
