-- A label whose window had not closed on the run's date would be a guess.
select
    customer_id,
    as_of_date
from {{ ref('customer_labels') }}
where
    {{ date_plus_days('as_of_date', [var('churn_horizon_days'), var('clv_horizon_days')] | max) }}
    > {{ run_date() }}
