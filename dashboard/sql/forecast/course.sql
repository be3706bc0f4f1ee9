-- The course so far and the forecast with its 80 % and 95 % intervals. What has been sold by category is not published by
-- week or month as it is forecast, so categories show the forecast alone; periods in progress are left out.
with
forecast as (
    select *
    from scores.sales_forecast
    where
        status = 'scored'
        and measure_name = $measure
        and frequency = $frequency
        and level_name = $level
        and series_name = $series
),
countries as (
    select distinct series_name
    from scores.sales_forecast
    where level_name = 'country'
),
documents as (
    select
        date_trunc($frequency, fct_orders.order_date)::date as period_start_date,
        fct_orders.customer_id,
        fct_orders.is_purchase,
        fct_orders.net_amount,
        fct_orders.ordered_at,
        case
            when $level = 'total' then 'total'
            when countries.series_name is null and fct_orders.country is not null then 'others'
            else coalesce(fct_orders.country, 'unknown')
        end as series_name
    from marts.fct_orders
    left join countries on fct_orders.country = countries.series_name
    where
        $level <> 'category'
        and fct_orders.order_date >= $as_of_date::date - interval 30 month
),
-- a customer counts in the country of the period's last order, as in the forecast
buyers as (
    select period_start_date, customer_id, arg_max(series_name, ordered_at) as series_name
    from documents
    where $measure = 'customers' and is_purchase and customer_id is not null
    group by period_start_date, customer_id
),
sold as (
    select
        period_start_date,
        case when $measure = 'revenue' then sum(net_amount) else count(*) filter (where is_purchase) end as value
    from documents
    where $measure <> 'customers' and series_name = $series
    group by period_start_date
    union all
    select period_start_date, count(*)
    from buyers
    where series_name = $series
    group by period_start_date
),
course as (
    select
        period_start_date,
        value,
        null as lower_80_value, null as upper_80_value, null as lower_95_value, null as upper_95_value,
        'sold' as course_kind
    from sold
    where
        period_start_date < (select min(cast(period_start_date as date)) from forecast)
        and period_start_date > $as_of_date::date - interval 30 month
    union all
    select
        cast(period_start_date as date),
        forecast_value,
        lower_80_value, upper_80_value, lower_95_value, upper_95_value,
        'forecast'
    from forecast
)
select *
from course
order by period_start_date
