-- How many who look at a product of a category put it in the basket and buy it, in the newest twelve complete months.
with
months as (
    select
        category,
        sum(viewing_session_count) as viewing_session_count,
        sum(basket_session_count) as basket_session_count,
        sum(buying_session_count) as buying_session_count
    from marts.product_conversion
    where
        is_complete_month
        and month >= (select max(month) from marts.product_conversion where is_complete_month) - interval 11 month
    group by category
)
select
    coalesce(category, '–') as category,
    viewing_session_count,
    basket_session_count,
    buying_session_count,
    basket_session_count / viewing_session_count as basket_share,
    buying_session_count / viewing_session_count as buying_share
from months
where viewing_session_count > 0
order by viewing_session_count desc
limit 20
