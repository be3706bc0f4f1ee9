-- What was left in baskets, by month: orders that came after all, and of the rest who may be reminded.
select
    date_trunc('month', abandoned_at)::date as month,
    case
        when is_recovered then 'recovered'
        when may_be_contacted then 'may_be_contacted'
        else 'out_of_reach'
    end as basket_state,
    count(*) as basket_count,
    coalesce(sum(list_amount), 0) as list_amount
from marts.abandoned_baskets
where abandoned_at >= $from_month and date_trunc('month', abandoned_at) <= $to_month
group by all
order by month, basket_state
