{%- set horizon = var('churn_horizon_days') -%}

with

-- only answers whose horizon lies wholly before the run's date
answers as (

    select
        feedback_id,
        customer_id,
        answer_date,
        {{ date_plus_days('answer_date', horizon + 1) }} as window_end,
        rating,
        nps_group
    from {{ ref('int_answers') }}
    where
        customer_id is not null
        and {{ date_plus_days('answer_date', horizon + 1) }} <= {{ run_date() }}

),

-- as customer_labels judges: as it stood when the window closed
outcomes as (

    select
        answers.feedback_id,
        answers.customer_id,
        answers.rating,
        answers.nps_group,
        case when count(movements.order_id) = 0 then 1 else 0 end as is_churned
    from answers
    left join {{ ref('int_customer_movements') }} as movements
        on answers.customer_id = movements.customer_id
        and movements.is_demand
        and movements.order_date > answers.answer_date
        and {{ held_at('answers.window_end', 'movements.counts_from_at', 'movements.counts_until_at') }}
    group by answers.feedback_id, answers.customer_id, answers.rating, answers.nps_group

),

grouped as (

    {% for measure, column in [('rating', 'rating'), ('nps', 'nps_group')] %}
        select
            '{{ measure }}' as measure,
            cast({{ column }} as {{ dbt.type_string() }}) as answer,
            customer_id,
            is_churned
        from outcomes
        where {{ column }} is not null

        union all

        select
            '{{ measure }}' as measure,
            'all' as answer,
            customer_id,
            is_churned
        from outcomes
        where {{ column }} is not null

        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

customers as (

    select
        measure,
        answer,
        customer_id,
        count(*) as answer_count,
        sum(is_churned) as churned_count
    from grouped
    group by measure, answer, customer_id

),

-- whole numbers, whose sums are the same in every run
summed as (

    select
        measure,
        answer,
        count(*) as customer_count,
        sum(answer_count) as answer_count,
        sum(churned_count) as churned_count,
        sum(churned_count * churned_count) as churned_squares,
        sum(churned_count * answer_count) as products,
        sum(answer_count * answer_count) as answer_squares,
        cast(sum(churned_count) as double) / sum(answer_count) as churn_share
    from customers
    group by measure, answer

),

-- answers of one customer share their fate: the variance is that of a ratio of sums over customers
varied as (

    select
        *,
        (churned_squares - 2 * churn_share * products + churn_share * churn_share * answer_squares)
        * customer_count / nullif(customer_count - 1, 0) / power(answer_count, 2) as churn_share_variance
    from summed

),

-- as many independent answers as would have the same variance
weighed as (

    select
        *,
        case
            when churn_share > 0 and churn_share < 1 and churn_share_variance > 0
                then least(churn_share * (1 - churn_share) / churn_share_variance, answer_count)
            else cast(customer_count as double)
        end as effective_answer_count
    from varied

),

shared as (

    select
        measure,
        answer,
        cast({{ horizon }} as integer) as churn_horizon_days,
        cast(customer_count as integer) as customer_count,
        cast(answer_count as integer) as answer_count,
        cast(churned_count as integer) as churned_answer_count,
        churn_share,
        effective_answer_count,
        {{ wilson_lower('churn_share * effective_answer_count', 'effective_answer_count') }} as lower_churn_share,
        {{ wilson_upper('churn_share * effective_answer_count', 'effective_answer_count') }} as upper_churn_share
    from weighed

)

select * from shared
