{{ incremental_by('snapshot') }}

with

-- what was known and stood on each date
movements as (

    select
        dates.as_of_date,
        movements.customer_id,
        movements.order_id,
        movements.order_date,
        movements.gross_amount,
        movements.return_amount,
        movements.net_amount,
        movements.costed_net_amount,
        movements.costed_margin_amount,
        movements.item_count,
        movements.is_demand,
        case when movements.is_demand then movements.order_date end as demand_date,
        {{ days_between('movements.order_date', 'dates.as_of_date') }} as days_ago
    from {{ ref('int_snapshot_dates') }} as dates
    inner join {{ ref('int_customer_movements') }} as movements
        on movements.occurred_at < dates.as_of_date
        and {{ held_at('dates.as_of_date', 'movements.counts_from_at', 'movements.counts_until_at') }}
        and {{ snapshot_to_make('movements.customer_id', 'dates.as_of_date') }}

),

dated as (

    select
        *,
        min(demand_date) over (partition by customer_id, as_of_date) as first_order_date
    from movements

),

totalled as (

    select
        customer_id,
        as_of_date,
        first_order_date,
        max(demand_date) as last_order_date,
        count(demand_date) as order_count,
        count(distinct demand_date) as order_day_count,
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
    from dated
    where first_order_date is not null
    group by customer_id, as_of_date, first_order_date

)

select * from totalled
