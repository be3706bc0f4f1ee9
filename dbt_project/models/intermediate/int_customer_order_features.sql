{{ incremental_by('snapshot') }}

-- Whose orders all stand for good from their own day on has the same first day on every date, and each day counts once
-- it is past: both are found once. Only of others they are found again for each date.
with

steady as (

    select
        customer_id,
        min(order_date) as first_order_date
    from {{ ref('int_customer_movements') }}
    where is_demand
    group by customer_id
    having
        count(counts_until_at) = 0
        and count(case when cast(counts_from_at as date) <> order_date then 1 end) = 0

),

movements as (

    select
        movements.*,
        steady.first_order_date as steady_first_order_date,
        {{ sampling_digits('movements.customer_id') }} as sampling_digits,
        case when movements.is_demand then movements.order_date end as demand_date,
        row_number() over (
            partition by movements.customer_id, movements.order_date, movements.is_demand
            order by movements.order_id
        ) as number_in_day
    from {{ ref('int_customer_movements') }} as movements
    left join steady
        on movements.customer_id = steady.customer_id

),

changing as (

    select
        dates.as_of_date,
        movements.customer_id,
        min(movements.order_date) as first_order_date,
        count(distinct movements.order_date) as order_day_count
    from {{ ref('int_snapshot_dates') }} as dates
    inner join movements
        on movements.occurred_at < dates.as_of_date
        and {{ held_at('dates.as_of_date', 'movements.counts_from_at', 'movements.counts_until_at') }}
        and {{ snapshot_to_make('movements.customer_id', 'dates.as_of_date') }}
        and {{ is_in_sample('movements.sampling_digits', 'dates.sampled_below') }}
    where
        movements.is_demand
        and movements.steady_first_order_date is null
    group by dates.as_of_date, movements.customer_id

),

-- what was known and stood on each date
known as (

    select
        dates.as_of_date,
        movements.*,
        coalesce(changing.first_order_date, movements.steady_first_order_date) as first_order_date,
        changing.order_day_count as changing_order_day_count,
        {{ days_between('movements.order_date', 'dates.as_of_date') }} as days_ago
    from {{ ref('int_snapshot_dates') }} as dates
    inner join movements
        on movements.occurred_at < dates.as_of_date
        and {{ held_at('dates.as_of_date', 'movements.counts_from_at', 'movements.counts_until_at') }}
        and {{ snapshot_to_make('movements.customer_id', 'dates.as_of_date') }}
        and {{ is_in_sample('movements.sampling_digits', 'dates.sampled_below') }}
    left join changing
        on movements.customer_id = changing.customer_id
        and dates.as_of_date = changing.as_of_date

),

totalled as (

    select
        customer_id,
        as_of_date,
        first_order_date,
        max(demand_date) as last_order_date,
        count(demand_date) as order_count,
        coalesce(max(changing_order_day_count), count(case when number_in_day = 1 then demand_date end))
            as order_day_count,
        sum(net_amount) as net_amount,
        sum(gross_amount) as gross_amount,
        sum(return_amount) as return_amount,
        sum(costed_net_amount) as costed_net_amount,
        sum(costed_margin_amount) as costed_margin_amount,
        sum(case when order_date > first_order_date then net_amount else 0 end) as repeat_net_amount,
        {%- for days in [30, 90, 180, 365] %}
            sum(case when days_ago <= {{ days }} then net_amount else 0 end) as net_amount_{{ days }}d,
            count(case when days_ago <= {{ days }} then demand_date end) as order_count_{{ days }}d,
        {%- endfor %}
        sum(item_count) as item_count
    from known
    where first_order_date < as_of_date
    group by customer_id, as_of_date, first_order_date

)

select * from totalled
