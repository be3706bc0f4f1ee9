with

customers as (

    select
        *,
        coalesce(segment_name, 'not scored') as segment,
        count(*) over () as all_customer_count
    from {{ ref('customer_360') }}

),

summarised as (

    select
        segment as segment_name,
        as_of_date,
        cast(count(*) as integer) as customer_count,
        cast(count(*) as double) / max(all_customer_count) as customer_share,
        cast(avg(cast(is_segment_name_true as integer)) as double) as name_true_share,
        cast(sum(net_amount) as decimal(18, 2)) as net_amount,
        cast(sum(net_amount_365d) as decimal(18, 2)) as net_amount_365d,
        cast(avg(days_since_last_order) as double) as mean_days_since_last_order,
        cast(avg(order_count) as double) as mean_order_count,
        cast(round(avg({{ summable('churn_probability') }}), 6) as double) as mean_churn_probability,
        cast(count(case when churn_risk_band = 'high' then 1 end) as integer) as high_risk_customer_count,
        cast(coalesce(sum(predicted_amount), 0) as decimal(18, 2)) as predicted_amount
    from customers
    group by segment, as_of_date

)

select * from summarised
