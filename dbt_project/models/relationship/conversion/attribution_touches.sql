with

credited as (

    select
        weights.order_id,
        weights.touch_number,
        weights.model_name,
        weights.order_share,
        cast(floor(100 * cast(contacts.net_amount as double) * weights.order_share) as bigint) as whole_cents,
        round(
            100 * cast(contacts.net_amount as double) * weights.order_share
            - floor(100 * cast(contacts.net_amount as double) * weights.order_share), 6
        ) as rest,
        cast(100 * contacts.net_amount as bigint) as order_cents
    from {{ ref('int_attribution_weights') }} as weights
    inner join {{ ref('int_order_contacts') }} as contacts
        on weights.order_id = contacts.order_id
        and weights.touch_number = contacts.touch_number

),

-- cents left over go to the largest remainders, so that no cent of an order is lost
ranked as (

    select
        *,
        order_cents - sum(whole_cents) over (partition by order_id, model_name) as cents_left,
        row_number() over (partition by order_id, model_name order by rest desc, touch_number) as rest_rank
    from credited

),

beside as (

    select
        {%- for model in attribution_models() %}
            max(case when model_name = '{{ model }}' then order_share end) as {{ model }}_share,
            max(case when model_name = '{{ model }}' then cents end) as {{ model }}_cents,
        {%- endfor %}
        order_id,
        touch_number
    from (
        select
            *,
            whole_cents + case when rest_rank <= cents_left then 1 else 0 end as cents
        from ranked
    ) as shared_out
    group by order_id, touch_number

),

-- a direct order is its only touch's whole
described as (

    select
        contacts.order_id,
        cast(contacts.touch_number as integer) as touch_number,
        cast(contacts.touch_count as integer) as touch_count,
        contacts.customer_id,
        contacts.contact_kind,
        contacts.channel,
        contacts.campaign_id,
        contacts.is_opened,
        contacts.is_clicked,
        {%- for model in attribution_models() %}
            coalesce(beside.{{ model }}_share, 1) as {{ model }}_share,
            case
                when beside.order_id is null then contacts.net_amount
                else cast(cast(beside.{{ model }}_cents as decimal(20, 0)) / 100 as decimal(18, 2))
            end as {{ model }}_amount,
        {%- endfor %}
        contacts.contacted_at,
        contacts.ordered_at,
        contacts.order_date
    from {{ ref('int_order_contacts') }} as contacts
    left join beside
        on contacts.order_id = beside.order_id
        and contacts.touch_number = beside.touch_number

)

select * from described
