-- What the parts of a level bring over the forecast's whole horizon, the largest first.
select
    series_name,
    sum(forecast_value) as forecast_total,
    sum(forecast_value) / nullif(sum(sum(forecast_value)) over (), 0) as forecast_share,
    count(*) as period_count
from scores.sales_forecast
where
    status = 'scored'
    and measure_name = $measure
    and frequency = $frequency
    and level_name = case when $level = 'total' then 'country' else $level end
group by series_name
order by forecast_total desc
limit 30
