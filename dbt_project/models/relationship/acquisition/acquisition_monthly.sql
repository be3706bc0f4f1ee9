with

customers as (

    select
        *,
        {{ month_of('acquired_at') }} as acquired_month,
        {{ month_of('first_purchase_at') }} as first_purchase_month
    from {{ ref('int_acquired_customers') }}

),

spent as (

    select
        acquired_month as month,
        acquisition_channel,
        count(*) as acquired_count,
        sum(acquisition_cost_amount) as acquisition_cost_amount
    from customers
    where acquired_month is not null
    group by acquired_month, acquisition_channel

),

won as (

    select
        customers.first_purchase_month as month,
        customers.acquisition_channel,
        count(*) as new_customer_count,
        count(customers.acquisition_cost_amount) as costed_new_customer_count
    from customers
    where customers.first_purchase_month is not null
    group by customers.first_purchase_month, customers.acquisition_channel

),

earned as (

    select
        customers.first_purchase_month as month,
        customers.acquisition_channel,
        sum(orders.net_amount) as net_amount,
        sum(case when orders.net_margin_amount is not null then orders.net_amount else 0 end) as costed_net_amount,
        sum(orders.net_margin_amount) as costed_margin_amount
    from customers
    inner join {{ ref('fct_orders') }} as orders
        on customers.customer_id = orders.customer_id
    where customers.first_purchase_month is not null
    group by customers.first_purchase_month, customers.acquisition_channel

),

joined as (

    select
        coalesce(spent.month, won.month) as month,
        coalesce(spent.acquisition_channel, won.acquisition_channel) as acquisition_channel,
        cast(coalesce(spent.acquired_count, 0) as integer) as acquired_count,
        cast(spent.acquisition_cost_amount as decimal(18, 2)) as acquisition_cost_amount,
        cast(coalesce(won.new_customer_count, 0) as integer) as new_customer_count,
        cast(coalesce(won.costed_new_customer_count, 0) as integer) as costed_new_customer_count,
        {{ decimal_of(
            'cast(spent.acquisition_cost_amount as double) / nullif(won.costed_new_customer_count, 0)', 18, 2
        ) }}
            as cac_amount,
        cast(coalesce(earned.net_amount, 0) as decimal(18, 2)) as net_amount,
        {{ margin_of('earned.net_amount', 'earned.costed_net_amount', 'earned.costed_margin_amount') }}
            as net_margin_amount,
        cast({{ dbt.dateadd('month', 1, 'coalesce(spent.month, won.month)') }} as date) <= {{ run_date() }}
            as is_complete_month
    from spent
    full outer join won
        on spent.month = won.month
        and spent.acquisition_channel = won.acquisition_channel
    left join earned
        on won.month = earned.month
        and won.acquisition_channel = earned.acquisition_channel

)

select * from joined
