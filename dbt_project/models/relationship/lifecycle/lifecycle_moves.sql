with

moves as (

    select
        month,
        is_complete_month,
        stage_before as from_stage,
        stage as to_stage,
        cast(count(*) as integer) as customer_count,
        cast(count(*) as double) / sum(count(*)) over (partition by month, stage_before) as from_stage_share,
        cast(sum(net_amount_before) as decimal(18, 2)) as net_amount_before,
        cast(sum(net_amount) as decimal(18, 2)) as net_amount
    from {{ ref('customer_lifecycle') }}
    group by month, is_complete_month, stage_before, stage

)

select * from moves
