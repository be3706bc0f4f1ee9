{%- set churn_end = date_plus_days('customers.as_of_date', var('churn_horizon_days')) -%}
{%- set clv_end = date_plus_days('customers.as_of_date', var('clv_horizon_days')) -%}

with

-- noqa: disable=LT02
-- only dates whose windows have closed
customers as (

    select
        features.customer_id,
        features.as_of_date
    from {{ ref('int_customer_order_features') }} as features
    inner join {{ ref('int_snapshot_dates') }} as dates
        on features.as_of_date = dates.as_of_date
    where dates.label_end_date <= {{ run_date() }}

),

-- judged as it stood when the window closed: what was cancelled or reversed by then is no purchase; money on its own
-- date (macro counts_in_window)
observed as (

    select
        customers.customer_id,
        customers.as_of_date,
        case
            when
                movements.is_demand
                and {{ held_at(churn_end, 'movements.counts_from_at', 'movements.counts_until_at') }}
                then 1
        end as churn_window_purchase,
        case
            when
                movements.is_demand
                and {{ held_at(clv_end, 'movements.counts_from_at', 'movements.counts_until_at') }}
                then movements.order_date
        end as clv_window_purchase_date,
        case when {{ counts_in_window('customers.as_of_date', clv_end) }} then movements.net_amount else 0 end
            as clv_window_net_amount
        {%- for days in var('clv_further_horizons_days').values() %}
        {%- set window_end = date_plus_days('customers.as_of_date', days) -%}
        ,
        case when {{ counts_in_window('customers.as_of_date', window_end) }} then movements.net_amount else 0 end
            as window_net_amount_{{ days }}d
        {%- endfor %}
    from customers
    left join {{ ref('int_customer_movements') }} as movements
        on customers.customer_id = movements.customer_id
        and movements.occurred_at >= customers.as_of_date

),

labelled as (

    select
        customer_id,
        as_of_date,
        cast({{ var('churn_horizon_days') }} as integer) as churn_horizon_days,
        count(churn_window_purchase) = 0 as is_churned,
        cast({{ var('clv_horizon_days') }} as integer) as clv_horizon_days,
        cast(count(distinct clv_window_purchase_date) as integer) as future_order_count,
        -- nothing is said of a window that has not closed: a sum of part of it would look like the whole
        {{ in_cents('sum(clv_window_net_amount)') }} as future_net_amount
        {%- for days in var('clv_further_horizons_days').values() %}
        {%- set window_end = date_plus_days('as_of_date', days) -%}
        ,
        case
            when {{ window_end }} <= {{ run_date() }}
                then {{ in_cents('sum(window_net_amount_' ~ days ~ 'd)') }}
        end as future_net_amount_{{ days }}d
        {%- endfor %}
    from observed
    group by customer_id, as_of_date

)

select * from labelled
