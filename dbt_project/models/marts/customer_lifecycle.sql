{{ incremental_by('month') }}
{#- The months that an increment makes follow those that it keeps. #}
{%- set follows = is_increment() %}

-- whoever bought on a single day has no rhythm to go by
{%- set mean_order_gap_days -%}
    case
        when order_day_count > 1
            then cast({{ days_between('first_order_date', 'last_order_date') }} as double) / (order_day_count - 1)
    end
{%- endset %}
{%- set overdue_after_days -%}
    case
        when order_day_count > 1
            then greatest(
                {{ var('overdue_gap_count') }} * cast({{ days_between('first_order_date', 'last_order_date') }} as double)
                / (order_day_count - 1),
                {{ var('overdue_minimum_days') }}
            )
        when order_day_count = 1 then cast({{ var('churn_horizon_days') }} as double)
    end
{%- endset %}

with

months as (

    select * from {{ ref('int_customer_months') }}
    where {{ month_to_make('customer_id', 'month') }}

),

purchases as (

    {{ purchases_at_month_ends('months') }}

),

contracts as (

    {{ contracts_at_month_ends('months') }}

),

sales as (

    select
        customer_id,
        {{ month_of('order_date') }} as month,
        cast(count(case when is_purchase then 1 end) as integer) as order_count,
        cast(sum(net_amount) as decimal(18, 2)) as net_amount
    from {{ ref('fct_orders') }}
    where customer_id is not null
    group by customer_id, {{ month_of('order_date') }}

),

looked_at as (

    select
        months.*,
        purchases.first_order_date,
        purchases.last_order_date,
        purchases.first_order_date_of_month,
        contracts.first_contract_date,
        contracts.last_contract_date,
        coalesce(contracts.has_running_contract, false) as has_running_contract,
        coalesce(purchases.order_day_count, 0) as order_day_count,
        coalesce(purchases.recent_order_day_count, 0) as recent_order_day_count,
        coalesce(purchases.earlier_order_day_count, 0) as earlier_order_day_count,
        coalesce(purchases.recent_net_amount, 0) as recent_net_amount,
        coalesce(purchases.earlier_net_amount, 0) as earlier_net_amount,
        coalesce(sales.order_count, 0) as order_count,
        coalesce(sales.net_amount, 0) as net_amount
    from months
    left join purchases
        on months.customer_id = purchases.customer_id and months.month = purchases.month
    left join contracts
        on months.customer_id = contracts.customer_id and months.month = contracts.month
    left join sales
        on months.customer_id = sales.customer_id and months.month = sales.month

),

-- a running contract keeps from lapsing; without purchases contracts alone tell
gone as (

    select
        *,
        not has_running_contract
        and case
            when order_day_count > 0
                then
                    {{ days_between('last_order_date', 'evaluated_on') }}
                    >= {{ var('lapsed_overdue_count') }} * {{ overdue_after_days }}
            else first_contract_date is not null
        end as is_gone
    from looked_at

),

{% if follows -%}
kept as (

    select
        customer_id,
        stage as kept_stage,
        returned_date as kept_returned_date,
        net_amount as kept_net_amount
    from {{ this }}
    where month = (select max(month) from {{ this }})

),

{% endif -%}
followed as (

    select
        *,
        coalesce(
            lag(is_gone) over (partition by customer_id order by month),
            {{ "kept_stage = 'lapsed'," if follows }}
            false
        ) as was_gone
    from gone
    {{ 'left join kept using (customer_id)' if follows }}

),

-- the latest return of somebody who had lapsed
returned as (

    select
        *,
        coalesce(
            max(
                case
                    when was_gone and not is_gone
                        then case when order_day_count > 0 then first_order_date_of_month else last_contract_date end
                end
            ) over (
                partition by customer_id
                order by month
                rows between unbounded preceding and current row
            ),
            {{ 'kept_returned_date' if follows else 'null' }}
        ) as returned_date
    from followed

),

paced as (

    select
        *,
        {{ days_between('last_order_date', 'evaluated_on') }} as days_since_last_order,
        {{ mean_order_gap_days }} as mean_order_gap_days,
        {{ overdue_after_days }} as overdue_after_days,
        {{ var('lapsed_overdue_count') }} * {{ overdue_after_days }} as lapsed_after_days
    from returned

),

staged as (

    select
        *,
        {{ advice('then', lifecycle_rules()) }} as stage
    from paced

),

shaped as (

    select
        customer_id,
        month,
        evaluated_on,
        is_complete_month,
        stage,
        coalesce(
            lag(stage) over (partition by customer_id order by month),
            {{ 'kept_stage,' if follows }}
            'not_yet_known'
        ) as stage_before,
        {{ is_live('stage') }} as is_live,
        first_order_date,
        last_order_date,
        order_day_count,
        mean_order_gap_days,
        days_since_last_order,
        overdue_after_days,
        lapsed_after_days,
        returned_date,
        has_running_contract,
        recent_order_day_count,
        earlier_order_day_count,
        {{ in_cents('recent_net_amount') }} as recent_net_amount,
        {{ in_cents('earlier_net_amount') }} as earlier_net_amount,
        order_count,
        net_amount,
        cast(
            coalesce(
                lag(net_amount) over (partition by customer_id order by month),
                {{ 'kept_net_amount,' if follows }}
                0
            ) as decimal(18, 2)
        ) as net_amount_before
    from staged

)

select * from shaped
