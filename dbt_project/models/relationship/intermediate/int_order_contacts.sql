with

orders as (

    select
        order_id,
        customer_id,
        ordered_at,
        order_date,
        net_amount
    from {{ ref('fct_orders') }}
    where is_purchase

),

contacted as (

    select
        orders.order_id,
        contacts.contact_number,
        contacts.contact_kind,
        contacts.campaign_id,
        contacts.channel,
        contacts.is_opened,
        contacts.is_clicked,
        contacts.contacted_at,
        row_number() over (partition by orders.order_id order by contacts.contact_number) as touch_number,
        count(*) over (partition by orders.order_id) as touch_count
    from orders
    inner join {{ ref('int_contacts') }} as contacts
        on orders.customer_id = contacts.customer_id
        and contacts.contacted_at <= orders.ordered_at
        and contacts.contacted_at > {{ dbt.dateadd('day', -var('attribution_window_days'), 'orders.ordered_at') }}

),

-- an order without any contact in the window came by itself
joined as (

    select
        orders.order_id,
        orders.customer_id,
        contacted.contact_number,
        coalesce(contacted.contact_kind, 'direct') as contact_kind,
        contacted.campaign_id,
        coalesce(contacted.channel, 'direct') as channel,
        contacted.is_opened,
        contacted.is_clicked,
        contacted.contacted_at,
        orders.ordered_at,
        orders.order_date,
        orders.net_amount,
        coalesce(contacted.touch_number, 1) as touch_number,
        coalesce(contacted.touch_count, 1) as touch_count
    from orders
    left join contacted
        on orders.order_id = contacted.order_id

)

select * from joined
