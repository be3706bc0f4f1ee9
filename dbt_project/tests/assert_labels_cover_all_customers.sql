-- Everyone with features on a date whose window has closed has a label: nobody drops out because nothing happened.
select
    features.customer_id,
    features.as_of_date
from {{ ref('customer_features') }} as features
inner join {{ ref('int_snapshot_dates') }} as dates
    on features.as_of_date = dates.as_of_date
left join {{ ref('customer_labels') }} as labels
    on features.customer_id = labels.customer_id and features.as_of_date = labels.as_of_date
where dates.label_end_date <= {{ run_date() }} and labels.customer_id is null
