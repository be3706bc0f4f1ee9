-- Contracts that had begun when a month ended, and whether one of them still ran.
with

summed as (

    select
        months.customer_id,
        months.month,
        cast(min(contracts.started_at) as date) as first_contract_date,
        cast(max(contracts.started_at) as date) as last_contract_date,
        max(
            case
                when {{ held_at('months.evaluated_on', 'contracts.started_at', 'contracts.ended_at') }} then 1
                else 0
            end
        ) = 1 as has_running_contract
    from {{ ref('int_customer_months') }} as months
    inner join {{ ref('stg_subscriptions') }} as contracts
        on months.customer_id = contracts.customer_id
        and contracts.started_at < months.evaluated_on
    group by months.customer_id, months.month

)

select * from summed
