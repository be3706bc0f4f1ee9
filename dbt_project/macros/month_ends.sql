{#- What stood of a customer's purchases when a month had ended, as it was known then: what is returned or cancelled later
    still stands. One row per customer and month of `months` (customer_id, month, evaluated_on) with movements. -#}
{% macro purchases_at_month_ends(months) -%}
    select
        customer_id,
        month,
        min(demand_date) as first_order_date,
        max(demand_date) as last_order_date,
        min(case when demand_date >= month then demand_date end) as first_order_date_of_month,
        cast(count(demand_date) as integer) as order_day_count,
        {%- for window in ['recent', 'earlier'] %}
            cast(count(case when is_{{ window }} then demand_date end) as integer) as {{ window }}_order_day_count,
            sum(case when is_{{ window }} then net_amount else 0 end) as {{ window }}_net_amount
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from (
        select
            months.customer_id,
            months.month,
            days.net_amount,
            case
                when
                    days.is_order_day = 1
                    and (days.told_until_date is null or days.told_until_date < months.evaluated_on)
                    then days.order_date
            end as demand_date,
            days.order_date >= months.recent_from_date as is_recent,
            days.order_date < months.recent_from_date and days.order_date >= months.earlier_from_date as is_earlier
        from (
            select
                customer_id,
                month,
                evaluated_on,
                {{ date_plus_days('evaluated_on', -var('growth_window_days')) }} as recent_from_date,
                {{ date_plus_days('evaluated_on', -2 * var('growth_window_days')) }} as earlier_from_date
            from {{ months }}
        ) as months
        inner join {{ ref('int_customer_order_days') }} as days
            on months.customer_id = days.customer_id
            and {{ held_at('months.evaluated_on', 'days.counts_after_date', 'days.counts_until_date') }}
    ) as held
    group by customer_id, month
{%- endmacro %}

{#- Contracts that had begun when a month ended, and whether one of them still ran. One row per customer and month of `months`
    with a contract. -#}
{% macro contracts_at_month_ends(months) -%}
    select
        months.customer_id,
        months.month,
        cast(min(contracts.started_at) as date) as first_contract_date,
        cast(max(contracts.started_at) as date) as last_contract_date,
        max(
            case
                when {{ held_at('months.evaluated_on', 'contracts.started_at', 'contracts.ended_at') }} then 1
                else 0
            end
        ) = 1 as has_running_contract
    from {{ months }} as months
    inner join {{ ref('stg_subscriptions') }} as contracts
        on months.customer_id = contracts.customer_id
        and contracts.started_at < months.evaluated_on
    group by months.customer_id, months.month
{%- endmacro %}
