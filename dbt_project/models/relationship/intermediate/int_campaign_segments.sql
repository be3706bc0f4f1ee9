-- What a customer was on the touch. Nothing here can have been changed by the campaign: of a segment that came about
-- after it, the treated members would be other people than those of the control group.
{%- set recent, year = var('churn_horizon_days'), var('eligibility_window_days') %}

with

ranked as (

    select
        *,
        ntile(2) over (
            partition by campaign_id, net_amount_before > 0
            order by net_amount_before, customer_id
        ) as half_of_spenders
    from {{ ref('int_campaign_customers') }}

),

described as (

    select
        campaign_id,
        customer_id,
        case
            when days_since_last_order is null then 'never ordered'
            when days_since_last_order <= {{ recent }} then 'within {{ recent }} days'
            when days_since_last_order <= {{ year }} then '{{ recent + 1 }} to {{ year }} days ago'
            else 'more than {{ year }} days ago'
        end as last_order,
        case
            when order_count_before = 0 then 'no order'
            when order_count_before = 1 then 'one order'
            else 'two or more orders'
        end as orders_before,
        case
            when net_amount_before <= 0 then 'no spend'
            when half_of_spenders = 1 then 'lower half of spenders'
            else 'upper half of spenders'
        end as spend_before
    from ranked

)

select * from described
