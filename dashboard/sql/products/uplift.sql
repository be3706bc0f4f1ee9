-- What a contact is expected to bring, by tenths of the customers from the most to the least moved by it.
select
    offer,
    uplift_decile,
    count(*) as customer_count,
    avg(uplift_probability) as uplift_probability,
    sum(expected_profit_amount)::double as expected_profit_amount,
    sum(contact_cost_amount)::double as contact_cost_amount,
    count(*) filter (where is_worth_contacting) as worth_contacting_count,
    count(*) filter (where should_treat) as contacted_count,
    (sum(expected_profit_amount) filter (where should_treat))::double as policy_profit_amount
from scores.customer_uplift_current
where status = 'scored' and uplift_decile is not null
group by offer, uplift_decile
order by offer, uplift_decile
