-- One row per customer.
with named as (
    select
        *,
        string_split_regex(trim("Name"), '\s+') as names
    from landed
)

select
    _row_number,
    "id" as customer_id,
    "Created (UTC)" as registered_at,
    case when len(names) > 1 then names[1] end as first_name,
    names[-1] as last_name,
    "Email" as email,
    "Phone" as phone,
    "Address Line1" as street_address,
    coalesce("Address City", "Card Address City") as city,
    coalesce("Address Postal Code", "Card Address Zip") as postcode,
    coalesce("Address Country", "Card Address Country") as country
from named
