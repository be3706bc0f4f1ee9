-- Lines whose order never came are left out of the marts; someone should know.
{{ config(severity='warn') }}
select
    order_item_id,
    order_id
from {{ ref('int_movements') }}
where movement_status = 'order_unknown'
