with

looked_at as (

    select
        session_id,
        product_code,
        case when event_type = 'add_to_cart' then 2 else 1 end as step_number,
        cast(0 as decimal(18, 2)) as sold_amount
    from {{ ref('int_session_events') }}
    where product_code is not null and event_type in ('product_view', 'add_to_cart')

),

bought as (

    select
        links.session_id,
        items.product_code,
        3 as step_number,
        items.line_amount as sold_amount
    from {{ ref('int_purchase_links') }} as links
    inner join {{ ref('fct_order_items') }} as items
        on links.order_id = items.order_id
    where
        items.line_kind = 'goods'
        and items.line_amount > 0
        and items.product_code is not null

),

reached as (

    select
        steps.session_id,
        steps.product_code,
        max(steps.step_number) as step_number,
        sum(steps.sold_amount) as sold_amount
    from (
        select * from looked_at
        union all
        select * from bought
    ) as steps
    group by steps.session_id, steps.product_code

),

counted as (

    select
        {{ month_of('sessions.session_date') }} as month,
        reached.product_code,
        count(*) as viewing_session_count,
        count(case when reached.step_number >= 2 then 1 end) as basket_session_count,
        count(case when reached.step_number >= 3 then 1 end) as buying_session_count,
        sum(reached.sold_amount) as sold_amount
    from reached
    inner join {{ ref('fct_sessions') }} as sessions
        on reached.session_id = sessions.session_id
    group by {{ month_of('sessions.session_date') }}, reached.product_code

),

shared as (

    select
        counted.month,
        counted.product_code,
        products.product_name,
        products.category,
        cast(viewing_session_count as integer) as viewing_session_count,
        cast(basket_session_count as integer) as basket_session_count,
        cast(buying_session_count as integer) as buying_session_count,
        cast(basket_session_count as double) / viewing_session_count as basket_share,
        cast(buying_session_count as double) / viewing_session_count as buying_share,
        cast(sold_amount as decimal(18, 2)) as sold_amount,
        cast({{ dbt.dateadd('month', 1, 'counted.month') }} as date) <= {{ run_date() }} as is_complete_month
    from counted
    left join {{ ref('dim_products') }} as products
        on counted.product_code = products.product_code

)

select * from shared
