-- What has been forecast: measures, frequencies, and the series of each level, the total first.
select distinct
    measure_name,
    frequency,
    level_name,
    series_name
from scores.sales_forecast
where status = 'scored'
order by measure_name, frequency desc, level_name <> 'total', level_name, series_name
