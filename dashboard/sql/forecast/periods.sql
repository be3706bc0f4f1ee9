-- The forecast period by period.
select
    cast(period_start_date as date) as period_start_date,
    forecast_value,
    lower_80_value,
    upper_80_value,
    lower_95_value,
    upper_95_value,
    method_name
from scores.sales_forecast
where
    status = 'scored'
    and measure_name = $measure
    and frequency = $frequency
    and level_name = $level
    and series_name = $series
order by period_start_date
