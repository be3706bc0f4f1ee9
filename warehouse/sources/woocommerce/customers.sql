-- One row per e-mail address, as its newest order has it.
select
    lower("billing_email") as customer_id,
    arg_max("billing_first_name", "date") as first_name,
    arg_max("billing_last_name", "date") as last_name,
    lower("billing_email") as email,
    arg_max("billing_phone", "date") as phone,
    arg_max("billing_address_1", "date") as street_address,
    arg_max("billing_city", "date") as city,
    arg_max("billing_postcode", "date") as postcode,
    arg_max("billing_country", "date") as country
from accepted
where "billing_email" is not null
group by lower("billing_email")
