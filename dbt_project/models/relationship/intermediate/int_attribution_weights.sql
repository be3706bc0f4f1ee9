{%- set seconds_ago = dbt.datediff('contacts.contacted_at', 'contacts.ordered_at', 'second') %}

with

weighed as (

    select
        contacts.order_id,
        contacts.touch_number,
        contacts.touch_count,
        contacts.channel,
        power(
            cast(0.5 as double),
            {{ seconds_ago }}
            / (86400.0 * {{ var('attribution_half_life_days') }})
        ) as decayed,
        -- a channel that stands in the journey more than once shares its effect among its touches
        coalesce(effects.removal_effect, 1)
        / count(*) over (partition by contacts.order_id, contacts.channel) as removed
    from {{ ref('int_order_contacts') }} as contacts
    left join {{ ref('int_removal_effects') }} as effects
        on contacts.channel = effects.channel
    where contacts.contact_kind <> 'direct'

),

shares as (

    select
        order_id,
        touch_number,
        case when touch_number = 1 then 1.0 else 0.0 end as first_touch,
        case when touch_number = touch_count then 1.0 else 0.0 end as last_touch,
        1.0 / touch_count as linear,
        case
            when touch_count <= 2 then 1.0 / touch_count
            when touch_number in (1, touch_count) then 0.4
            else 0.2 / (touch_count - 2)
        end as position_based,
        decayed / cast(sum({{ summable('decayed') }}) over (partition by order_id) as double) as time_decay,
        removed / cast(sum({{ summable('removed') }}) over (partition by order_id) as double) as removal_effect
    from weighed

),

by_model as (

    {% for model in attribution_models() %}
        select
            order_id,
            touch_number,
            '{{ model }}' as model_name,
            cast({{ model }} as double) as order_share
        from shares
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from by_model
