-- What is between the amounts of the files and those of the marts: each class of difference, and the totals it joins.
with
steps as (
    select
        step_number,
        row_position,
        case amount_class
            when 'opening' then 'total_files'
            when 'closing' then 'total_' || replace(stage, '.', '_')
            else amount_class
        end as place,
        amount_class in ('opening', 'closing') as is_total,
        amount,
        row_count,
        description
    from quality.revenue_reconciliation
    where
        as_of_date = $as_of_date
        and stage in ('int_movements', 'fct_orders', 'fct_orders.net_amount', 'customer_features')
        and (amount_class <> 'opening' or stage = 'int_movements')
        and (amount <> 0 or amount_class in ('opening', 'closing'))
),
added as (
    select
        *,
        row_number() over (order by step_number, row_position) as position,
        sum(case when is_total and place <> 'total_files' then 0 else amount end)
            over (order by step_number, row_position) as running_amount
    from steps
)
select
    position,
    place,
    is_total,
    amount,
    (case when is_total then amount else running_amount - amount end)::double as from_amount,
    (case when is_total then amount else running_amount end)::double as to_amount,
    row_count,
    description
from added
where exists (select 1 from added where amount <> 0)
order by position
