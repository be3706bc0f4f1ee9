-- What the optional jobs found on the run's date: the best of each.
{%- set lists = {'recommended_product': 'all_products', 'new_product': 'new_products'} %}
{%- set offers = latest_scores(source('scores', 'customer_recommendations'), 'customer_id, list_name, product_code') %}

with

{%- for column, list in lists.items() %}

    {{ column }} as (

        select
            customer_id,
            product_code as {{ column }}_code,
            product_name as {{ column }}_name,
            reason_words as {{ column }}_reason
        from ({{ offers }}) as found
        where list_name = '{{ list }}' and recommendation_rank = 1 and status = 'scored'

    ),
{%- endfor %}

next_order as (

    {{ latest_scores(source('scores', 'customer_next_order')) }}

),

uplift as (

    {{ latest_scores(source('scores', 'customer_uplift')) }}

),

next_action as (

    {{ latest_scores(source('scores', 'customer_next_action')) }}

),

-- the latest text in which the customer says something
texts as (

    select
        *,
        row_number() over (partition by customer_id order by given_date desc, feedback_id desc) as newest_rank
    from {{ ref('int_feedback_read') }}
    where customer_id is not null

),

-- what looks worst of a customer and of the customer's orders, unless a person has said that it is in order
doubts as (

    select
        *,
        row_number() over (partition by customer_id order by anomaly_rank, subject_type, subject_id) as worst_rank
    from ({{ latest_scores(source('scores', 'anomalies'), 'subject_type, subject_id') }}) as found
    where customer_id is not null and status = 'scored' and state <> 'dismissed'

),

found as (

    select
        customers.customer_id,
        next_order.next_order_probability,
        next_order.expected_next_order_date,
        {{ decimal_of('next_order.expected_order_amount', 18, 2) }} as expected_order_amount,
        {%- for column in lists %}
            {{ column }}.{{ column }}_code,
            {{ column }}.{{ column }}_name,
            {{ column }}.{{ column }}_reason,
        {%- endfor %}
        texts.given_date as last_feedback_date,
        texts.sentiment_label as last_feedback_sentiment,
        texts.theme_name as last_feedback_theme,
        uplift.uplift_probability as contact_uplift_probability,
        cast(uplift.expected_profit_amount as decimal(18, 2)) as contact_profit_amount,
        uplift.is_worth_contacting,
        next_action.suggested_action as learned_action,
        next_action.is_serving as is_learned_action_proven,
        doubts.anomaly_rank,
        doubts.anomaly_reasons,
        doubts.state as anomaly_state
    from {{ ref('dim_customers') }} as customers
    left join next_order
        on customers.customer_id = next_order.customer_id
    {%- for column in lists %}
        left join {{ column }}
            on customers.customer_id = {{ column }}.customer_id
    {%- endfor %}
    left join texts
        on customers.customer_id = texts.customer_id and texts.newest_rank = 1
    left join uplift
        on customers.customer_id = uplift.customer_id
    left join next_action
        on customers.customer_id = next_action.customer_id
    left join doubts
        on customers.customer_id = doubts.customer_id and doubts.worst_rank = 1

)

select * from found
