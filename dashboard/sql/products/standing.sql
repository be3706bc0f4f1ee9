-- The range in figures: what was sold in a year, how much hangs on ten products, rules found, customers to contact.
with
sold as (
    select
        product_code,
        sum(line_amount) as net_amount
    from marts.fct_order_items
    where
        line_kind = 'goods'
        and pseudo_product_kind is null
        and product_code is not null
        and reversed_at is null
        and order_date >= $as_of_date - interval 365 day
        and order_date < $as_of_date
    group by product_code
),
ranked as (
    select
        net_amount,
        row_number() over (order by net_amount desc) as rank
    from sold
),
sales as (
    select
        count(*) as sold_product_count,
        sum(net_amount) filter (where rank <= 10) / nullif(sum(net_amount), 0) as top_ten_share
    from ranked
),
rules as (
    select count(*) as association_rule_count
    from scores.product_rules_current
    where status = 'scored' and segment_name = 'all customers' and period_name = 'whole history'
),
contacts as (
    select count(*) filter (where should_treat) as worth_contacting_count
    from scores.customer_uplift_current
)
select
    tiles.figure,
    tiles.value,
    tiles.unit
from sales, rules, contacts, lateral (
    select
        unnest([
            'sold_product_count', 'top_ten_share', 'association_rule_count', 'worth_contacting_count'
        ]) as figure,
        unnest([
            sold_product_count, top_ten_share, association_rule_count, worth_contacting_count
        ]::double[]) as value,
        unnest(['count', 'share', 'count', 'count']) as unit,
        unnest(range(4)) as position
) as tiles
where sales.sold_product_count > 0 or contacts.worth_contacting_count > 0
order by tiles.position
