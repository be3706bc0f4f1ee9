with

first_purchases as (

    {{ first_purchases() }}

),

documents as (

    select
        orders.order_id,
        orders.customer_id,
        {{ month_of('orders.order_date') }} as month,
        orders.is_purchase,
        orders.net_amount,
        orders.cancelled_at,
        case
            when orders.is_guest then 'guest'
            when orders.ordered_at > first_purchases.first_purchase_at then 'returning'
            else 'new'
        end as revenue_kind
    from {{ ref('fct_orders') }} as orders
    left join first_purchases
        on orders.customer_id = first_purchases.customer_id

),

-- what takes back goods of a first purchase lowers what new customers brought, however late it comes
taken_back as (

    select
        portions.order_id,
        sum({{ in_cents('portions.amount') }}) as amount
    from {{ ref('int_return_portions') }} as portions
    inner join documents as sold
        on portions.sold_order_id = sold.order_id
    inner join documents as returned
        on portions.order_id = returned.order_id
    where
        sold.revenue_kind = 'new'
        and sold.cancelled_at is null
        and returned.revenue_kind = 'returning'
        and returned.cancelled_at is null
    group by portions.order_id

),

parted as (

    select
        documents.month,
        documents.customer_id,
        documents.revenue_kind,
        documents.is_purchase,
        documents.net_amount,
        case
            when documents.revenue_kind = 'new' then documents.net_amount
            else coalesce(taken_back.amount, 0)
        end as new_amount
    from documents
    left join taken_back
        on documents.order_id = taken_back.order_id

),

summed as (

    select
        month,
        count(distinct case when is_purchase and revenue_kind = 'new' then customer_id end) as new_customer_count,
        count(distinct case when is_purchase and revenue_kind = 'returning' then customer_id end)
            as returning_customer_count,
        sum(new_amount) as new_amount,
        sum(case when revenue_kind = 'returning' then net_amount - new_amount else 0 end) as returning_amount,
        sum(case when revenue_kind = 'guest' then net_amount else 0 end) as guest_amount,
        sum(net_amount) as net_amount
    from parted
    group by month

),

shared as (

    select
        month,
        cast(new_customer_count as integer) as new_customer_count,
        cast(returning_customer_count as integer) as returning_customer_count,
        cast(new_amount as decimal(18, 2)) as new_net_amount,
        cast(returning_amount as decimal(18, 2)) as returning_net_amount,
        cast(guest_amount as decimal(18, 2)) as guest_net_amount,
        cast(net_amount as decimal(18, 2)) as net_amount,
        case
            when new_amount >= 0 and returning_amount >= 0
                then cast(new_amount as double) / nullif(cast(new_amount + returning_amount as double), 0)
        end as new_customer_share,
        cast({{ dbt.dateadd('month', 1, 'month') }} as date) <= {{ run_date() }} as is_complete_month
    from summed

)

select * from shared
