with

sales as (

    select
        customer_id,
        {{ month_of('order_date') }} as month,
        count(case when is_purchase then 1 end) as order_count,
        sum(net_amount) as net_amount
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
        coalesce(sales.net_amount, 0) as net_amount,
        {{ days_between('purchases.last_order_date', 'months.evaluated_on') }} as days_since_last_order,
        {{ days_between('purchases.first_order_date', 'purchases.last_order_date') }} as first_to_last_order_days
    from {{ ref('int_customer_months') }} as months
    left join {{ ref('int_customer_month_purchases') }} as purchases
        on months.customer_id = purchases.customer_id and months.month = purchases.month
    left join {{ ref('int_customer_month_contracts') }} as contracts
        on months.customer_id = contracts.customer_id and months.month = contracts.month
    left join sales
        on months.customer_id = sales.customer_id and months.month = sales.month

),

-- whoever bought on a single day has no rhythm to go by
paced as (

    select
        *,
        case when order_day_count > 1 then cast(first_to_last_order_days as double) / (order_day_count - 1) end
            as mean_order_gap_days,
        case
            when order_day_count > 1
                then greatest(
                    {{ var('overdue_gap_count') }} * cast(first_to_last_order_days as double) / (order_day_count - 1),
                    {{ var('overdue_minimum_days') }}
                )
            when order_day_count = 1 then cast({{ var('churn_horizon_days') }} as double)
        end as overdue_after_days
    from looked_at

),

-- a running contract keeps from lapsing; without purchases contracts alone tell
gone as (

    select
        *,
        {{ var('lapsed_overdue_count') }} * overdue_after_days as lapsed_after_days,
        not has_running_contract
        and case
            when order_day_count > 0
                then days_since_last_order >= {{ var('lapsed_overdue_count') }} * overdue_after_days
            else first_contract_date is not null
        end as is_gone
    from paced

),

followed as (

    select
        *,
        coalesce(lag(is_gone) over (partition by customer_id order by month), false) as was_gone
    from gone

),

-- the latest return of somebody who had lapsed
returned as (

    select
        *,
        max(
            case
                when was_gone and not is_gone
                    then case when order_day_count > 0 then first_order_date_of_month else last_contract_date end
            end
        ) over (
            partition by customer_id
            order by month
            rows between unbounded preceding and current row
        ) as returned_date
    from followed

),

staged as (

    select
        *,
        {{ advice('then', lifecycle_rules()) }} as stage
    from returned

),

shaped as (

    select
        customer_id,
        month,
        evaluated_on,
        is_complete_month,
        stage,
        coalesce(lag(stage) over (partition by customer_id order by month), 'not_yet_known') as stage_before,
        {{ is_live('stage') }} as is_live,
        first_order_date,
        last_order_date,
        cast(order_day_count as integer) as order_day_count,
        mean_order_gap_days,
        days_since_last_order,
        overdue_after_days,
        lapsed_after_days,
        returned_date,
        has_running_contract,
        cast(recent_order_day_count as integer) as recent_order_day_count,
        cast(earlier_order_day_count as integer) as earlier_order_day_count,
        {{ in_cents('recent_net_amount') }} as recent_net_amount,
        {{ in_cents('earlier_net_amount') }} as earlier_net_amount,
        cast(order_count as integer) as order_count,
        cast(net_amount as decimal(18, 2)) as net_amount,
        cast(coalesce(lag(net_amount) over (partition by customer_id order by month), 0) as decimal(18, 2))
            as net_amount_before
    from staged

)

select * from shaped
