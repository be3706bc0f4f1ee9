-- Nobody is contacted whose consent is not known to be given.
select audience.customer_id
from {{ ref('marketing_audience') }} as audience
left join {{ ref('customer_360') }} as customers
    on audience.customer_id = customers.customer_id
where coalesce(customers.has_marketing_consent, false) = false
