with

features as (

    select
        features.customer_id,
        features.as_of_date,
        features.days_since_last_order,
        features.order_count,
        features.net_amount,
        count(*) over (partition by features.as_of_date) as customer_count
    from {{ ref('customer_features') }} as features
    inner join {{ ref('int_snapshot_dates') }} as dates
        on features.as_of_date = dates.as_of_date
    where dates.snapshot_role <> 'long_horizon'  -- those lie between the dates that moves are counted from and to

),

scored as (

    select
        customer_id,
        as_of_date,
        days_since_last_order,
        order_count,
        net_amount,
        {{ fifths_below('days_since_last_order desc') }} as recency_score,
        {{ fifths_below('order_count') }} as frequency_score,
        {{ fifths_below('net_amount') }} as monetary_score
    from features
    where customer_count >= {{ var('rfm_minimum_customer_count') }}

),

named as (

    select
        features.customer_id,
        features.as_of_date,
        features.days_since_last_order,
        features.order_count,
        features.net_amount,
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        scored.recency_score * 100 + scored.frequency_score * 10 + scored.monetary_score as rfm_score,
        segments.segment_name as rfm_segment_name
    from features
    left join scored
        on features.customer_id = scored.customer_id and features.as_of_date = scored.as_of_date
    left join {{ ref('rfm_segments') }} as segments
        on scored.recency_score between segments.recency_score_min and segments.recency_score_max
        and scored.frequency_score between segments.frequency_score_min and segments.frequency_score_max

)

select * from named
