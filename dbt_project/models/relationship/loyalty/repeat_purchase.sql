with

customers as (

    select
        *,
        {{ month_of('first_order_date') }} as cohort_month
    from {{ ref('int_second_orders') }}

),

windows as (

    {% for days in var('repeat_windows_days') %}
        select cast({{ days }} as integer) as window_days
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- who has not been watched for the whole window says nothing yet, not even by having come back already
counted as (

    select
        customers.cohort_month,
        windows.window_days,
        count(*) as cohort_customer_count,
        count(case when customers.watched_days >= windows.window_days then 1 end) as watched_customer_count,
        count(
            case
                when
                    customers.watched_days >= windows.window_days
                    and customers.days_to_second_order <= windows.window_days
                    then 1
            end
        ) as repeat_customer_count
    from customers
    cross join windows
    group by customers.cohort_month, windows.window_days

),

shared as (

    select
        cohort_month,
        window_days,
        cast(cohort_customer_count as integer) as cohort_customer_count,
        cast(watched_customer_count as integer) as watched_customer_count,
        cast(repeat_customer_count as integer) as repeat_customer_count,
        watched_customer_count = cohort_customer_count as is_complete,
        cast(repeat_customer_count as double) / nullif(watched_customer_count, 0) as repeat_share,
        {{ wilson_lower('repeat_customer_count', 'watched_customer_count') }} as lower_repeat_share,
        {{ wilson_upper('repeat_customer_count', 'watched_customer_count') }} as upper_repeat_share
    from counted

)

select * from shared
