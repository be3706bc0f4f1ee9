with

measured as (

    select
        outcomes.*,
        segments.last_order,
        segments.orders_before,
        segments.spend_before
    from {{ ref('int_campaign_outcomes') }} as outcomes
    inner join {{ ref('int_campaign_segments') }} as segments
        on outcomes.campaign_id = segments.campaign_id
        and outcomes.customer_id = segments.customer_id

),

-- sums of decimals are exact, in whichever order they are added up
summed as (

    {% for dimension in ['all', 'last_order', 'orders_before', 'spend_before'] %}
        {%- set segment = "'all'" if dimension == 'all' else dimension %}
        select
            campaign_id,
            '{{ dimension }}' as dimension,
            {{ segment }} as segment,
            is_control,
            sum(earlier_spend) as before_sum,
            sum(earlier_spend * earlier_spend) as before_square_sum,
        {%- for outcome in ['orders', 'conversion', 'spend', 'margin', 'visit'] %}
                count(case when {{ outcome }} <> 0 then 1 end) as {{ outcome }}_count,
                sum({{ outcome }}) as {{ outcome }}_sum,
                sum({{ outcome }} * {{ outcome }}) as {{ outcome }}_square_sum,
                sum({{ outcome }} * earlier_spend) as {{ outcome }}_before_sum,
            {%- endfor %}
            count(*) as customer_count
        from measured
        group by campaign_id, {{ segment ~ ', ' if dimension != 'all' else '' }}is_control
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from summed
