with

changes as (

    select * from {{ ref('int_mrr_plan_changes') }}
    where changed_mrr_amount <> 0 and movement not in ('new', 'reactivated', 'churned')

),

-- what a customer pays more for some plans and less for others, each laid end to end, the largest first
laid as (

    select
        month,
        customer_id,
        plan_name,
        is_complete_month,
        changed_mrr_amount > 0 as is_gain,
        abs(changed_mrr_amount) as amount,
        sum(abs(changed_mrr_amount)) over (
            partition by month, customer_id, changed_mrr_amount > 0
            order by abs(changed_mrr_amount) desc, plan_name
            rows between unbounded preceding and current row
        ) as until_amount
    from changes

),

-- as far as a loss and a gain lie beside each other, the one became the other
moved as (

    select
        losses.month,
        losses.customer_id,
        losses.is_complete_month,
        losses.plan_name as from_plan_name,
        gains.plan_name as to_plan_name,
        cast(
            least(losses.until_amount, gains.until_amount)
            - greatest(losses.until_amount - losses.amount, gains.until_amount - gains.amount)
            as decimal(18, 2)
        ) as moved_mrr_amount
    from laid as losses
    inner join laid as gains
        on losses.month = gains.month
        and losses.customer_id = gains.customer_id
        and not losses.is_gain
        and gains.is_gain
        and losses.until_amount - losses.amount < gains.until_amount
        and gains.until_amount - gains.amount < losses.until_amount

)

select * from moved
