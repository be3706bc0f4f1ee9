-- Everybody chosen for a campaign, once, in the group of the first touch: who was held back under one id and contacted
-- later under another still belongs to the control group, or the groups would no longer be those that were drawn.
with

numbered as (

    select
        touches.*,
        row_number() over (
            partition by touches.campaign_id, touches.customer_id
            order by touches.touched_at, touches.source_customer_id
        ) as touch_number
    from {{ ref('stg_campaign_touches') }} as touches
    where touches.touched_at < {{ run_date() }}

),

contacts as (

    select
        campaign_id,
        customer_id,
        sum(case when is_control then 0 else 1 end) as contact_count,
        sum(contact_cost_amount) as contact_cost_amount
    from numbered
    group by campaign_id, customer_id

),

chosen as (

    select
        touches.campaign_id,
        touches.customer_id,
        touches.is_control,
        touches.touched_at,
        contacts.contact_count,
        contacts.contact_cost_amount,
        -- a campaign that ended before its touch has no window of its own
        case
            when campaigns.ended_at > touches.touched_at then campaigns.ended_at
            else {{ dbt.dateadd('day', var('campaign_window_days'), 'touches.touched_at') }}
        end as window_end_at
    from numbered as touches
    inner join {{ ref('stg_campaigns') }} as campaigns
        on touches.campaign_id = campaigns.campaign_id
    inner join contacts
        on touches.campaign_id = contacts.campaign_id
        and touches.customer_id = contacts.customer_id
    where
        touches.touch_number = 1
        and campaigns.started_at < {{ run_date() }}

),

-- what was sold in the window and stands today, and what was known on the touch of the time before it
bought as (

    select
        chosen.campaign_id,
        chosen.customer_id,
        sum(case when {{ sold_in_window() }} and movements.is_demand then 1 else 0 end) as order_count,
        sum(case when {{ sold_in_window() }} then movements.net_amount else 0 end) as net_amount,
        sum(case when {{ sold_in_window() }} then movements.costed_net_amount else 0 end) as costed_net_amount,
        sum(case when {{ sold_in_window() }} then movements.costed_margin_amount else 0 end) as costed_margin_amount,
        sum(case when {{ known_before_touch() }} and movements.is_demand then 1 else 0 end) as order_count_before,
        sum(case when {{ known_before_touch() }} then movements.net_amount else 0 end) as net_amount_before,
        max(
            case
                when
                    movements.is_demand
                    and {{ held_at('chosen.touched_at', 'movements.counts_from_at', 'movements.counts_until_at') }}
                    then movements.order_date
            end
        ) as last_order_date_before
    from chosen
    inner join {{ ref('int_customer_movements') }} as movements
        on chosen.customer_id = movements.customer_id
    group by chosen.campaign_id, chosen.customer_id

),

visitors as (

    select distinct
        chosen.campaign_id,
        chosen.customer_id
    from chosen
    inner join {{ ref('stg_events') }} as events
        on chosen.customer_id = events.customer_id
        and chosen.touched_at <= events.occurred_at
        and chosen.window_end_at > events.occurred_at
    where
        events.event_type = 'visit'
        and events.occurred_at < {{ run_date() }}

),

observed as (

    select
        chosen.*,
        cast(coalesce(bought.order_count, 0) as integer) as order_count,
        {{ in_cents('coalesce(bought.net_amount, 0)') }} as net_amount,
        {{ in_cents('coalesce(bought.costed_net_amount, 0)') }} as costed_net_amount,
        {{ in_cents('coalesce(bought.costed_margin_amount, 0)') }} as costed_margin_amount,
        visitors.customer_id is not null as has_visited,
        cast(coalesce(bought.order_count_before, 0) as integer) as order_count_before,
        {{ in_cents('coalesce(bought.net_amount_before, 0)') }} as net_amount_before,
        {{ days_between('bought.last_order_date_before', 'chosen.touched_at') }} as days_since_last_order
    from chosen
    left join bought
        on chosen.campaign_id = bought.campaign_id
        and chosen.customer_id = bought.customer_id
    left join visitors
        on chosen.campaign_id = visitors.campaign_id
        and chosen.customer_id = visitors.customer_id

)

select * from observed
