-- What all campaigns together brought and cost; campaigns count as independent where their intervals are put together.
with
verdicts as (
    select
        count(*) as campaign_count,
        count(*) filter (where is_measurable) as measured_count,
        count(*) filter (where verdict = 'gain') as gain_count
    from marts.campaign_effects
    where outcome = 'orders'
),
totals as (
    select
        sum(incremental_order_count) as orders,
        sqrt(sum(power((upper_incremental_order_count - lower_incremental_order_count) / 2, 2))) as orders_half_width,
        sum(cost_amount) as cost_amount,
        sum(roi * measured_cost_amount) / sum(measured_cost_amount) filter (where roi is not null) as roi,
        sqrt(sum(power((upper_roi - lower_roi) / 2 * measured_cost_amount, 2)))
        / sum(measured_cost_amount) filter (where roi is not null) as roi_half_width
    from marts.campaign_summary
),
figures as (
    select
        1 as position, 'campaigns_with_gain' as figure, 'count' as unit,
        gain_count as value, null as lower_value, null as upper_value
    from verdicts
    where campaign_count > 0
    union all
    select 2, 'measured_campaigns', 'count', measured_count, null, null
    from verdicts
    where campaign_count > 0
    union all
    select 3, 'extra_orders', 'count', orders, orders - orders_half_width, orders + orders_half_width
    from totals
    union all
    select 4, 'campaign_roi', 'ratio', roi, roi - roi_half_width, roi + roi_half_width
    from totals
)
select * exclude (position)
from figures
where value is not null
order by position
