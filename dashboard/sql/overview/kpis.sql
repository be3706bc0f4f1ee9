-- The headline figures of the newest complete month that has them, with the month and the year before it, and their
-- course over the two years to it.
with
headlines as (
    select
        unnest([
            'net_sales_amount', 'order_count', 'buying_customer_count', 'new_customer_count',
            'live_customer_count', 'customer_churn_share', 'net_revenue_retention_share', 'repeat_purchase_90d_share',
            'mrr_amount', 'conversion_share', 'nps_points', 'customer_acquisition_cost'
        ]) as name,
        unnest(range(12)) as position
),
newest as (
    select
        kpis.name,
        headlines.position,
        max(kpis.month) as month
    from marts.kpis
    inner join headlines on kpis.name = headlines.name
    where kpis.is_complete_month and kpis.value is not null
    group by kpis.name, headlines.position
)
select
    newest.name as figure,
    any_value(kpi_definitions.title) as title,
    any_value(kpi_definitions.definition) as definition,
    any_value(kpis.unit) as unit,
    any_value(kpis.better_is) as better_is,
    newest.month,
    max(kpis.value) filter (where kpis.month = newest.month) as value,
    max(kpis.lower_value) filter (where kpis.month = newest.month) as lower_value,
    max(kpis.upper_value) filter (where kpis.month = newest.month) as upper_value,
    max(kpis.value) filter (where kpis.month = newest.month - interval 1 month) as value_month_before,
    max(kpis.value) filter (where kpis.month = newest.month - interval 12 month) as value_year_before,
    list(kpis.value order by kpis.month) as course
from marts.kpis
inner join newest
    on kpis.name = newest.name and kpis.month between newest.month - interval 24 month and newest.month
inner join marts.kpi_definitions on newest.name = kpi_definitions.name
group by newest.name, newest.position, newest.month
order by newest.position
