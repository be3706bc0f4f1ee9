-- Lines whose order never came are left out of the marts; someone should know.
{{ config(severity='warn') }}
select
    order_item_id,
    order_id
from {{ ref('int_order_items_classified') }}
where line_status = 'order_unknown'
