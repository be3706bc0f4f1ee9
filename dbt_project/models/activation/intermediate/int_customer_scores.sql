with

segments as (

    {{ latest_scores(source('scores', 'customer_segments')) }}

),

churn as (

    {{ latest_scores(source('scores', 'customer_churn')) }}

),

clv as (

    {{ latest_scores(source('scores', 'customer_clv')) }}

),

{%- for job in var('clv_further_horizons_days') %}

    {{ job }} as (

        {{ latest_scores(source('scores', 'customer_' ~ job)) }}

    ),
{%- endfor %}

scored as (

    select
        customers.customer_id,

        segments.segment_id,
        segments.segment_name,
        segments.is_name_true as is_segment_name_true,

        churn.status as churn_status,
        churn.reason as churn_reason,
        churn.horizon_days as churn_horizon_days,
        churn.churn_probability,
        churn.churn_risk_band,
        churn.reasons as churn_reasons,

        contracts.subscription_churn_probability,
        contracts.subscription_churn_risk_band,
        contracts.subscription_expected_remaining_months,
        contracts.subscription_churn_reason,

        clv.status as clv_status,
        clv.reason as clv_reason,
        clv.horizon_days as clv_horizon_days,
        clv.predicted_amount,
        clv.predicted_lower_amount,
        clv.predicted_upper_amount,
        {%- set shorter = ['clv'] %}
        {%- for job, days in var('clv_further_horizons_days').items() %}
            {%- do shorter.append(job) %}
        {%- for end in ['amount', 'lower_amount', 'upper_amount'] %}
                -- models of their own may contradict each other: what is spent in fewer days is spent in more, too
                case
                    when {{ job }}.predicted_amount is not null
                        then greatest({{ shorter | join('.predicted_' ~ end ~ ', ') }}.predicted_{{ end }})
                end as predicted_{{ days }}d_{{ end }},
            {%- endfor %}
            case
                when {{ job }}.predicted_amount is null
                    then coalesce({{ job }}.reason, clv.reason, 'not scored for {{ days }} days')
            end as predicted_{{ days }}d_reason,
        {%- endfor %}
        clv.expected_order_count,
        -- two models: who buys is alive, so that nobody is less likely to be alive than to buy
        case
            when clv.alive_probability is not null
                then greatest(clv.alive_probability, 1 - churn.churn_probability)
        end as alive_probability,
        clv.historic_amount,
        clv.total_amount,
        clv.predicted_margin_amount,
        clv.total_margin_amount,
        clv.value_at_stake_amount,
        clv.value_tier
    from {{ ref('dim_customers') }} as customers
    left join segments
        on customers.customer_id = segments.customer_id
    left join churn
        on customers.customer_id = churn.customer_id
    left join clv
        on customers.customer_id = clv.customer_id
    {%- for job in var('clv_further_horizons_days') %}
        left join {{ job }}
            on customers.customer_id = {{ job }}.customer_id
    {%- endfor %}
    left join {{ ref('int_customer_contracts') }} as contracts
        on customers.customer_id = contracts.customer_id

)

select * from scored
