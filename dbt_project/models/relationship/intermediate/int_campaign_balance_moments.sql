{%- set figures = ['orders_before', 'spend_before', 'days_since_order'] %}

with

figures as (

    select
        campaign_id,
        is_control,
        order_count_before as orders_before,
        net_amount_before as spend_before,
        -- who ordered longer ago than we look back, or never, has as many days as we look back
        case
            when days_since_last_order < {{ var('campaign_days_before') }} then days_since_last_order
            else {{ var('campaign_days_before') }}
        end as days_since_order
    from {{ ref('int_campaign_customers') }}

),

summed as (

    select
        campaign_id,
        is_control,
        {%- for figure in figures %}
            sum({{ figure }}) as {{ figure }}_sum,
        {%- for other in figures[loop.index0:] %}
                sum({{ figure }} * {{ other }}) as {{ figure }}_{{ other }}_sum,
            {%- endfor %}
        {%- endfor %}
        count(*) as customer_count
    from figures
    group by campaign_id, is_control

)

select * from summed
