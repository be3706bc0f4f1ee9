with

contracts as (

    select * from {{ ref('contract_mrr_months') }}

),

-- a contract is of its plan of now and of its plan of then; a price that became known is no change between plans
sides as (

    select
        month,
        customer_id,
        coalesce(plan_name, 'unknown') as plan_name,
        0 as opening_mrr_amount,
        mrr_amount as closing_mrr_amount,
        greatest(newly_priced_mrr_amount, 0) as newly_priced_mrr_amount,
        1 as contract_count
    from contracts
    where contract_status <> 'ended'

    union all

    select
        month,
        customer_id,
        coalesce(former_plan_name, 'unknown') as plan_name,
        opening_mrr_amount,
        0 as closing_mrr_amount,
        least(newly_priced_mrr_amount, 0) as newly_priced_mrr_amount,
        0 as contract_count
    from contracts
    where opening_mrr_amount > 0

),

totalled as (

    select
        month,
        customer_id,
        plan_name,
        cast(sum(opening_mrr_amount) as decimal(18, 2)) as opening_mrr_amount,
        cast(sum(closing_mrr_amount) as decimal(18, 2)) as closing_mrr_amount,
        cast(sum(newly_priced_mrr_amount) as decimal(18, 2)) as newly_priced_mrr_amount,
        cast(sum(contract_count) as integer) as contract_count
    from sides
    group by month, customer_id, plan_name

),

changed as (

    select
        totalled.*,
        customers.movement,
        customers.is_complete_month,
        cast(
            totalled.closing_mrr_amount - totalled.opening_mrr_amount - totalled.newly_priced_mrr_amount
            as decimal(18, 2)
        ) as changed_mrr_amount
    from totalled
    inner join {{ ref('customer_mrr_months') }} as customers
        on totalled.customer_id = customers.customer_id and totalled.month = customers.month

)

select * from changed
