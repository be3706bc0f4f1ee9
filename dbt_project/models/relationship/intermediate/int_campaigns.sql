{%- set minimum = var('campaign_minimum_group_count') -%}

with

groups as (

    select
        campaign_id,
        cast(sum(case when is_control then 0 else 1 end) as integer) as treated_count,
        cast(sum(case when is_control then 1 else 0 end) as integer) as control_count,
        cast(sum(contact_count) as integer) as contact_count,
        sum(contact_cost_amount) as contact_cost_amount,
        max(window_end_at) as window_end_at
    from {{ ref('int_campaign_customers') }}
    group by campaign_id

),

counted as (

    select
        campaigns.campaign_id,
        campaigns.campaign_name,
        campaigns.campaign_channel,
        campaigns.started_at,
        campaigns.fixed_cost_amount,
        groups.contact_cost_amount,
        groups.window_end_at,
        coalesce(groups.treated_count, 0) as treated_count,
        coalesce(groups.control_count, 0) as control_count,
        coalesce(groups.contact_count, 0) as contact_count
    from {{ ref('stg_campaigns') }} as campaigns
    left join groups
        on campaigns.campaign_id = groups.campaign_id
    where campaigns.started_at < {{ run_date() }}

),

judged as (

    select
        *,
        coalesce(window_end_at <= {{ run_date() }}, false) as is_over,
        case
            when treated_count + control_count = 0 then 'Nobody was chosen for it.'
            when control_count = 0 then 'It has no control group.'
            when treated_count = 0 then 'Nobody was contacted.'
            when control_count < {{ minimum }}
                then concat(
                    'Its control group has ', control_count, ' customers; an effect is told from {{ minimum }} on.'
                )
            when treated_count < {{ minimum }}
                then concat(
                    'Only ', treated_count, ' customers were contacted; an effect is told from {{ minimum }} on.'
                )
        end as not_measurable_reason,
        {{ in_cents('fixed_cost_amount') }} as stated_fixed_cost_amount,
        {{ in_cents('contact_cost_amount') }} as stated_contact_cost_amount,
        case
            when fixed_cost_amount is not null or contact_cost_amount is not null
                then {{ in_cents('coalesce(fixed_cost_amount, 0) + coalesce(contact_cost_amount, 0)') }}
        end as cost_amount
    from counted

)

select * from judged
