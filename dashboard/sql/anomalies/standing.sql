-- How many orders and customers look wrong, by what people said of them, and how much money hangs on those to look at.
select
    tiles.figure,
    tiles.value,
    tiles.unit
from (
    select
        count(*) as listed_count,
        count(*) filter (where state = 'new') as new_count,
        coalesce(sum(amount_at_stake) filter (where state = 'new'), 0) as new_amount,
        count(*) filter (where state = 'confirmed') as confirmed_count,
        count(*) filter (where state = 'dismissed') as dismissed_count
    from scores.anomalies_current
    where status = 'scored'
) as counted, lateral (
    select
        unnest(['new_count', 'new_amount', 'confirmed_count', 'dismissed_count']) as figure,
        unnest([new_count, new_amount, confirmed_count, dismissed_count]::double[]) as value,
        unnest(['count', 'amount', 'count', 'count']) as unit,
        unnest(range(4)) as position
) as tiles
where counted.listed_count > 0
order by tiles.position
