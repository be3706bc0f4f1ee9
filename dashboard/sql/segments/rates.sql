-- Of the live customers of a month, which share stayed and which left; of the lapsed ones, which share came back.
select
    lifecycle_rates.month,
    rates.rate,
    case rates.rate
        when 'retention' then lifecycle_rates.retention_share
        when 'churn' then lifecycle_rates.churn_share
        else lifecycle_rates.reactivation_share
    end as rate_share,
    case rates.rate
        when 'retention' then lifecycle_rates.retained_count
        when 'churn' then lifecycle_rates.churned_count
        else lifecycle_rates.reactivated_count
    end as customer_count,
    case rates.rate
        when 'reactivation' then lifecycle_rates.lapsed_before_count
        else lifecycle_rates.live_before_count
    end as of_customer_count
from marts.lifecycle_rates
cross join (select unnest(['churn', 'reactivation', 'retention']) as rate) as rates
where lifecycle_rates.is_complete_month and lifecycle_rates.month between $from_month and $to_month
order by lifecycle_rates.month, rates.rate
