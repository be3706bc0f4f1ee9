-- What moved a customer's account on a day, by the span of days on which it counts: on each day after
-- `counts_after_date` until `counts_until_date`. Several orders of a day are one day with a purchase: until
-- `told_until_date` another span of the day has told of it.
with

spans as (

    select
        customer_id,
        order_date,
        greatest(cast(occurred_at as date), cast(counts_from_at as date)) as counts_after_date,
        cast(counts_until_at as date) as counts_until_date,
        max(case when is_demand then 1 else 0 end) as is_order_day,
        sum(net_amount) as net_amount
    from {{ ref('int_customer_movements') }}
    group by
        customer_id,
        order_date,
        greatest(cast(occurred_at as date), cast(counts_from_at as date)),
        cast(counts_until_at as date)

),

told as (

    select
        *,
        max(case when is_order_day = 1 then coalesce(counts_until_date, cast('9999-12-31' as date)) end) over (
            partition by customer_id, order_date
            order by counts_after_date, counts_until_date
            rows between unbounded preceding and 1 preceding
        ) as told_until_date
    from spans

)

select * from told
