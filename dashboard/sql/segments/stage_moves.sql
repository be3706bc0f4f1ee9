-- Of the customers of a stage, how many were in which stage a month later, over the complete months chosen.
select
    from_stage,
    to_stage,
    sum(customer_count) as customer_count,
    sum(customer_count) / sum(sum(customer_count)) over (partition by from_stage) as from_stage_share,
    sum(net_amount) as net_amount
from marts.lifecycle_moves
where
    is_complete_month
    and from_stage <> 'not_yet_known'
    and month between $from_month and $to_month
group by from_stage, to_stage
order by from_stage, to_stage
