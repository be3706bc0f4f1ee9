-- One row per customer whom the till knows.
with named as (
    select
        "Customer ID" as customer_id,
        max(trim("Customer Name")) as name
    from accepted
    where "Customer ID" is not null
    group by "Customer ID"
)

select
    customer_id,
    case when contains(name, ' ') then split_part(name, ' ', 1) end as first_name,
    case when contains(name, ' ') then substr(name, strpos(name, ' ') + 1) else name end as last_name
from named
