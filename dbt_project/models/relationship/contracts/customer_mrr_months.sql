{%- set so_far = 'partition by customer_id order by month rows between unbounded preceding and 1 preceding' -%}

with

-- a contract that has ended is still there in the month in which it did, so the month before is always the row before
totalled as (

    select
        customer_id,
        month,
        as_of_date,
        is_complete_month,
        cast(count(case when contract_status <> 'ended' then 1 end) as integer) as contract_count,
        cast(count(case when is_unpriced then 1 end) as integer) as unpriced_contract_count,
        max(case when is_paying then 1 else 0 end) = 1 as is_paying,
        cast(sum(opening_mrr_amount) as decimal(18, 2)) as opening_mrr_amount,
        cast(sum(movement_mrr_amount) as decimal(18, 2)) as movement_mrr_amount,
        cast(sum(newly_priced_mrr_amount) as decimal(18, 2)) as newly_priced_mrr_amount,
        cast(sum(mrr_amount) as decimal(18, 2)) as mrr_amount
    from {{ ref('contract_mrr_months') }}
    group by customer_id, month, as_of_date, is_complete_month

),

compared as (

    select
        *,
        coalesce(lag(is_paying) over (partition by customer_id order by month), false) as was_paying,
        coalesce(max(case when is_paying then 1 else 0 end) over ({{ so_far }}), 0) = 1 as has_paid_before
    from totalled

),

shaped as (

    select
        customer_id,
        month,
        as_of_date,
        contract_count,
        unpriced_contract_count,
        is_paying,
        opening_mrr_amount,
        {{ mrr_movement('was_paying', 'is_paying', 'has_paid_before', 'movement_mrr_amount') }} as movement,
        movement_mrr_amount,
        newly_priced_mrr_amount,
        mrr_amount,
        is_complete_month
    from compared

)

select * from shaped
