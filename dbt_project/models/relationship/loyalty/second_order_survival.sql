with

-- by how customers were won or, where the source does not say, by country
kinds as (

    select case when count(acquisition_channel) > 0 then 'acquisition_channel' else 'country' end as group_kind
    from {{ ref('dim_customers') }}

),

customers as (

    select
        customers.customer_id,
        coalesce(
            case when kinds.group_kind = 'country' then customers.country else customers.acquisition_channel end,
            'not known'
        ) as group_value,
        kinds.group_kind,
        coalesce(orders.days_to_second_order, orders.watched_days) as days_since_first_order,
        case when orders.days_to_second_order is null then 0 else 1 end as has_bought_again
    from {{ ref('int_second_orders') }} as orders
    inner join {{ ref('dim_customers') }} as customers
        on orders.customer_id = customers.customer_id
    cross join kinds

),

grouped as (

    select
        'all' as group_kind,
        'all' as group_value,
        days_since_first_order,
        has_bought_again,
        1 as customer_count
    from customers

    union all

    select
        group_kind,
        group_value,
        days_since_first_order,
        has_bought_again,
        1 as customer_count
    from customers

),

-- every curve begins at 1 on the day of the first order
started as (

    select * from grouped

    union all

    select distinct
        group_kind,
        group_value,
        0 as days_since_first_order,
        0 as has_bought_again,
        0 as customer_count
    from grouped

),

counted as (

    select
        group_kind,
        group_value,
        days_since_first_order,
        sum(customer_count) as leaving_count,
        sum(has_bought_again) as second_order_count
    from started
    group by group_kind, group_value, days_since_first_order

),

-- who leaves the observation on a day is still at risk on it
exposed as (

    select
        *,
        sum(leaving_count) over (
            partition by group_kind, group_value
            order by days_since_first_order desc
            rows between unbounded preceding and current row
        ) as at_risk_count
    from counted

),

followed as (

    select
        *,
        coalesce(
            min(case when second_order_count > 0 then at_risk_count - second_order_count end) over so_far = 0, false
        ) as is_exhausted,
        sum(
            case
                when at_risk_count > second_order_count
                    then ln(1 - cast(second_order_count as double) / at_risk_count)
                else 0
            end
        ) over so_far as log_survival,
        sum(
            case
                when at_risk_count > second_order_count
                    then
                        cast(second_order_count as double)
                        / (cast(at_risk_count as double) * (at_risk_count - second_order_count))
                else 0
            end
        ) over so_far as greenwood_sum
    from exposed
    window so_far as (
        partition by group_kind, group_value
        order by days_since_first_order
        rows between unbounded preceding and current row
    )

),

estimated as (

    select
        group_kind,
        group_value,
        days_since_first_order,
        cast(at_risk_count as integer) as at_risk_count,
        cast(second_order_count as integer) as second_order_count,
        cast(leaving_count - second_order_count as integer) as censored_count,
        case when is_exhausted then 0 else exp(log_survival) end as survival_share,
        {%- for end, sign in [('lower', ''), ('upper', '-')] %}
            case
                when is_exhausted then null
                when log_survival = 0 then 1
                else exp(log_survival * exp({{ sign }}{{ z_95() }} * sqrt(greenwood_sum) / abs(log_survival)))
            end as {{ end }}_survival_share{% if not loop.last %},{% endif %}
        {%- endfor %}
    from followed

)

select * from estimated
