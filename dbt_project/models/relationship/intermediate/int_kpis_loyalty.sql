-- Of a cohort the month is that of the first purchase, and only whole ones speak.
with

figures as (

    select
        month,
        'purchase_frequency' as name,
        purchase_frequency as value,
        cast(null as double) as lower_value,
        cast(null as double) as upper_value
    from {{ ref('loyalty_months') }}

    union all

    select
        month,
        'net_revenue_retention_share' as name,
        net_revenue_retention_share as value,
        cast(null as double) as lower_value,
        cast(null as double) as upper_value
    from {{ ref('loyalty_months') }}

    union all

    select
        cohort_month as month,
        'repeat_purchase_90d_share' as name,
        case when is_complete then repeat_share end as value,
        case when is_complete then lower_repeat_share end as lower_value,
        case when is_complete then upper_repeat_share end as upper_value
    from {{ ref('repeat_purchase') }}
    where window_days = 90

    union all

    select
        from_date as month,
        'nps_points' as name,
        nps_points as value,
        lower_nps_points as lower_value,
        upper_nps_points as upper_value
    from {{ ref('nps') }}
    where cut_by = 'month'

    union all

    select
        from_date as month,
        'nps_response_share' as name,
        response_share as value,
        lower_response_share as lower_value,
        upper_response_share as upper_value
    from {{ ref('nps') }}
    where cut_by = 'month'

)

select * from figures
