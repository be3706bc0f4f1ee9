-- Each figure is rounded once by itself, so that they add up to within half a cent each.
select
    order_id,
    gross_amount,
    return_amount,
    cancelled_amount,
    net_amount
from {{ tested_rows(ref('fct_orders'), 'order_id') }} as orders
where abs(gross_amount - return_amount - cancelled_amount - net_amount) > 0.02
