-- The next month as it is forecast, with the 95 % interval, and the same month a year before.
with
next_month as (
    select *
    from scores.sales_forecast
    where status = 'scored' and level_name = 'total' and frequency = 'month' and horizon_step = 1
)
select
    concat('forecast_', next_month.measure_name) as figure,
    case next_month.measure_name when 'revenue' then 'amount' else 'count' end as unit,
    cast(next_month.period_start_date as date) as month,
    next_month.forecast_value as value,
    next_month.lower_95_value as lower_value,
    next_month.upper_95_value as upper_value,
    case next_month.measure_name
        when 'revenue' then monthly_sales.net_amount
        when 'orders' then monthly_sales.purchase_count
        else monthly_sales.customer_count
    end as value_year_before
from next_month
left join marts.monthly_sales
    on monthly_sales.order_month = cast(next_month.period_start_date as date) - interval 12 month
order by case next_month.measure_name when 'revenue' then 1 when 'orders' then 2 else 3 end
