with

-- cohorts by channel, and all channels together
won as (

    select
        month as cohort_month,
        acquisition_channel,
        false as is_all_channels,
        new_customer_count,
        acquisition_cost_amount,
        costed_new_customer_count
    from {{ ref('acquisition_monthly') }}

    union all

    select
        month as cohort_month,
        'all' as acquisition_channel,
        true as is_all_channels,
        sum(new_customer_count) as new_customer_count,
        sum(acquisition_cost_amount) as acquisition_cost_amount,
        sum(costed_new_customer_count) as costed_new_customer_count
    from {{ ref('acquisition_monthly') }}
    group by month

),

cohorts as (

    select
        cohort_month,
        acquisition_channel,
        is_all_channels,
        cast(new_customer_count as integer) as new_customer_count,
        cast(acquisition_cost_amount as double) / nullif(costed_new_customer_count, 0) as cac
    from won
    where new_customer_count > 0

),

-- what was ordered (and cancelled) before the first purchase that stands belongs to its month
orders as (

    select
        {{ month_of('customers.first_purchase_at') }} as cohort_month,
        customers.acquisition_channel,
        case
            when orders.ordered_at <= customers.first_purchase_at then 0
            else {{ dbt.datediff(month_of('customers.first_purchase_at'), 'orders.order_date', 'month') }}
        end as month_number,
        orders.net_amount,
        orders.net_margin_amount
    from {{ ref('int_acquired_customers') }} as customers
    inner join {{ ref('fct_orders') }} as orders
        on customers.customer_id = orders.customer_id
    where customers.first_purchase_at is not null

),

earned as (

    select
        cohorts.cohort_month,
        cohorts.acquisition_channel,
        cohorts.is_all_channels,
        orders.month_number,
        sum(orders.net_amount) as net_amount,
        sum(case when orders.net_margin_amount is not null then orders.net_amount else 0 end) as costed_net_amount,
        sum(coalesce(orders.net_margin_amount, 0)) as costed_margin_amount
    from cohorts
    inner join orders
        on cohorts.cohort_month = orders.cohort_month
        and (cohorts.is_all_channels or cohorts.acquisition_channel = orders.acquisition_channel)
    group by cohorts.cohort_month, cohorts.acquisition_channel, cohorts.is_all_channels, orders.month_number

),

totals as (

    select
        cohort_month,
        acquisition_channel,
        is_all_channels,
        cast(sum(costed_margin_amount) as double) / nullif(cast(sum(costed_net_amount) as double), 0) as margin_share,
        sum(costed_net_amount) > 0
        and sum(costed_net_amount) >= {{ var('minimum_costed_share') }} * sum(net_amount) as is_margin_known
    from earned
    group by cohort_month, acquisition_channel, is_all_channels

),

cumulated as (

    select
        cohort_month,
        acquisition_channel,
        is_all_channels,
        month_number,
        cast(sum(net_amount) over up_to_the_month as double) as net_amount,
        cast(sum(net_amount - costed_net_amount) over up_to_the_month as double) as uncosted_net_amount,
        cast(sum(costed_margin_amount) over up_to_the_month as double) as costed_margin_amount,
        row_number() over (
            partition by cohort_month, acquisition_channel, is_all_channels
            order by month_number desc
        ) as month_rank
    from earned
    window up_to_the_month as (
        partition by cohort_month, acquisition_channel, is_all_channels
        order by month_number
        rows between unbounded preceding and current row
    )

),

-- the part without a known cost is taken to leave what the rest of the cohort leaves
valued as (

    select
        cumulated.cohort_month,
        cumulated.acquisition_channel,
        cumulated.is_all_channels,
        cumulated.month_number,
        cumulated.month_rank,
        totals.is_margin_known,
        case
            when totals.is_margin_known
                then cumulated.costed_margin_amount + cumulated.uncosted_net_amount * totals.margin_share
            else cumulated.net_amount
        end as cumulative_value
    from cumulated
    inner join totals
        on cumulated.cohort_month = totals.cohort_month
        and cumulated.acquisition_channel = totals.acquisition_channel
        and cumulated.is_all_channels = totals.is_all_channels

),

paid_back as (

    select
        cohorts.cohort_month,
        cohorts.acquisition_channel,
        cohorts.is_all_channels,
        cohorts.new_customer_count,
        cohorts.cac,
        max(case when valued.is_margin_known then 1 else 0 end) = 1 as is_margin_known,
        max(case when valued.month_rank = 1 then valued.cumulative_value end) as value,
        min(
            case
                when valued.cumulative_value >= cohorts.cac * cohorts.new_customer_count then valued.month_number
            end
        ) as payback_months
    from cohorts
    inner join valued
        on cohorts.cohort_month = valued.cohort_month
        and cohorts.acquisition_channel = valued.acquisition_channel
        and cohorts.is_all_channels = valued.is_all_channels
    group by
        cohorts.cohort_month,
        cohorts.acquisition_channel,
        cohorts.is_all_channels,
        cohorts.new_customer_count,
        cohorts.cac

)

select * from paid_back
