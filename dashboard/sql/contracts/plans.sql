-- Which plans bring the recurring revenue, by month; the six largest plans.
with
largest as (
    select plan_name
    from marts.mrr_by_plan
    where closing_mrr_amount > 0
    group by plan_name
    order by sum(closing_mrr_amount) desc, plan_name
    limit 6
)
select
    mrr_by_plan.month,
    mrr_by_plan.plan_name,
    mrr_by_plan.closing_mrr_amount,
    mrr_by_plan.contract_count
from marts.mrr_by_plan
inner join largest on mrr_by_plan.plan_name = largest.plan_name
where mrr_by_plan.month between $from_month and $to_month
order by mrr_by_plan.month, mrr_by_plan.plan_name
