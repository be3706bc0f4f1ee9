with

purchases as (

    {{ first_purchases() }}

),

acquired as (

    select
        customers.customer_id,
        coalesce(customers.acquisition_channel, 'unknown') as acquisition_channel,
        customers.acquisition_cost_amount,
        case
            when customers.registered_at <= purchases.first_purchase_at then customers.registered_at
            else coalesce(purchases.first_purchase_at, customers.registered_at)
        end as acquired_at,
        purchases.first_purchase_at
    from {{ ref('dim_customers') }} as customers
    left join purchases
        on customers.customer_id = purchases.customer_id

)

select * from acquired
