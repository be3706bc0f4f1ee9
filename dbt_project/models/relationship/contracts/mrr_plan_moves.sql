with

moves as (

    select
        month,
        from_plan_name,
        to_plan_name,
        is_complete_month,
        cast(count(distinct customer_id) as integer) as customer_count,
        cast(sum(moved_mrr_amount) as decimal(18, 2)) as moved_mrr_amount
    from {{ ref('int_mrr_plan_moves') }}
    group by month, from_plan_name, to_plan_name, is_complete_month

)

select * from moves
