-- What each product brought in the newest 90 days and in the same 90 days a year before: the bestsellers, and those that
-- rose and fell the most ($kind: best, risen or fallen).
with
windows as (
    select
        product_code,
        coalesce(sum(line_amount) filter (where order_date >= $as_of_date - interval 90 day), 0) as net_amount,
        coalesce(sum(line_amount) filter (
            where order_date between $as_of_date - interval 455 day and $as_of_date - interval 366 day
        ), 0) as net_amount_before,
        count(distinct customer_id) filter (where order_date >= $as_of_date - interval 90 day) as customer_count
    from marts.fct_order_items
    where
        line_kind = 'goods'
        and pseudo_product_kind is null
        and reversed_at is null
        and order_date >= $as_of_date - interval 455 day
        and order_date < $as_of_date
    group by product_code
)
select
    windows.product_code,
    coalesce(dim_products.product_name, windows.product_code) as product_name,
    dim_products.category,
    windows.net_amount::double as net_amount,
    windows.net_amount_before::double as net_amount_before,
    (windows.net_amount - windows.net_amount_before)::double as change_amount,
    windows.customer_count
from windows
inner join marts.dim_products on windows.product_code = dim_products.product_code
where
    case $kind
        when 'best' then windows.net_amount > 0
        when 'fallen' then windows.net_amount < windows.net_amount_before
        else windows.net_amount > windows.net_amount_before
    end
order by
    case $kind
        when 'best' then windows.net_amount
        when 'fallen' then windows.net_amount_before - windows.net_amount
        else windows.net_amount - windows.net_amount_before
    end desc,
    windows.product_code
limit 12
