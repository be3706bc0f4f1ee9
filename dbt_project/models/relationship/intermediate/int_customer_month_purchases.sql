-- What stood of a customer's purchases when a month had ended, as it was known then: what is returned or cancelled
-- later still stands.
with

movements as (

    select
        months.customer_id,
        months.month,
        months.evaluated_on,
        movements.order_date,
        max(case when movements.is_demand then 1 else 0 end) as is_order_day,
        sum(movements.net_amount) as net_amount
    from {{ ref('int_customer_months') }} as months
    inner join {{ ref('int_customer_movements') }} as movements
        on months.customer_id = movements.customer_id
        and movements.occurred_at < months.evaluated_on
        and {{ held_at('months.evaluated_on', 'movements.counts_from_at', 'movements.counts_until_at') }}
    group by months.customer_id, months.month, months.evaluated_on, movements.order_date

),

days as (

    select
        customer_id,
        month,
        case when is_order_day = 1 then order_date end as demand_date,
        net_amount,
        case
            when order_date >= {{ date_plus_days('evaluated_on', -var('growth_window_days')) }} then 'recent'
            when order_date >= {{ date_plus_days('evaluated_on', -2 * var('growth_window_days')) }} then 'earlier'
        end as growth_window
    from movements

),

summed as (

    select
        customer_id,
        month,
        min(demand_date) as first_order_date,
        max(demand_date) as last_order_date,
        min(case when demand_date >= month then demand_date end) as first_order_date_of_month,
        count(demand_date) as order_day_count,
        {%- for window in ['recent', 'earlier'] %}
            count(case when growth_window = '{{ window }}' then demand_date end) as {{ window }}_order_day_count,
            sum(case when growth_window = '{{ window }}' then net_amount else 0 end) as {{ window }}_net_amount
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from days
    group by customer_id, month

)

select * from summed
