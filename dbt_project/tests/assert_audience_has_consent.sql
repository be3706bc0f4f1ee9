-- Nobody is listed or advised about who may not be contacted.
select customers.customer_id
from {{ ref('customer_360') }} as customers
left join {{ ref('marketing_audience') }} as audience
    on customers.customer_id = audience.customer_id
where
    not customers.may_be_contacted
    and (audience.customer_id is not null or customers.next_best_action <> 'do_not_contact')
