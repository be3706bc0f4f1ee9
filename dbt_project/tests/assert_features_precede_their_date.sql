select
    customer_id,
    as_of_date,
    first_order_date,
    last_order_date,
    days_since_last_order,
    days_since_last_event
from {{ ref('customer_features') }}
where
    last_order_date >= as_of_date
    or first_order_date > last_order_date
    or days_since_last_order < 1
    or days_since_last_event < 1
    or as_of_date > {{ run_date() }}
