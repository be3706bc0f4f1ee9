-- How soon what customers bring covers what winning them cost: cohorts of each channel by the months that it took.
select
    acquisition_channel,
    case
        when payback_months is null then 'not_yet'
        when payback_months = 0 then 'first_month'
        when payback_months <= 3 then 'within_3_months'
        when payback_months <= 12 then 'within_12_months'
        else 'later'
    end as payback,
    count(*) as cohort_count,
    sum(new_customer_count) as new_customer_count
from marts.acquisition_payback
where
    cac_amount > 0
    and cohort_month between $from_month and $to_month
group by all
order by acquisition_channel, payback
limit 100
