-- One row per e-mail address, as its newest order has it. Shopify puts an apostrophe before postcodes, so that
-- spreadsheets leave them alone.
with heads as (
    select
        *,
        string_split_regex(trim("Billing Name"), '\s+') as names
    from accepted
    where "Email" is not null
)

select
    lower("Email") as customer_id,
    arg_max(case when len(names) > 1 then names[1] end, "Created at") as first_name,
    arg_max(names[-1], "Created at") as last_name,
    lower("Email") as email,
    arg_max(coalesce("Billing Phone", "Phone"), "Created at") as phone,
    arg_max("Billing Street", "Created at") as street_address,
    arg_max("Billing City", "Created at") as city,
    arg_max(ltrim("Billing Zip", ''''), "Created at") as postcode,
    arg_max("Billing Country", "Created at") as country,
    arg_max("Accepts Marketing", "Created at") as has_marketing_consent
from heads
group by lower("Email")
