-- One row per line of the file. A customer's n-th purchase of a day has the id customer-date-n.
with fields as (
    select
        _row_number,
        string_split_regex(trim(line), '\s+') as field
    from landed
)

select
    _row_number,
    concat_ws('-', field[1], field[2], row_number() over (partition by field[1], field[2] order by _row_number))
        as order_id,
    field[1] as customer_id,
    coalesce(try_strptime(field[2], '%Y%m%d')::varchar, field[2]) as ordered_at,
    field[4] as order_amount,
    'USD' as currency,
    'US' as country,
    'web' as sales_channel
from fields
