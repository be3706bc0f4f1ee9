-- What belongs together is taken from one account: a name, and an address, are never put together from two.
with

accounts as (

    select
        *,
        case when last_name is not null then 1 end as named,
        case when street_address is not null or postcode is not null then 1 end as addressed,
        coalesce(registered_at, cast('1900-01-01' as timestamp)) as known_from_at
    from {{ ref('stg_customers') }}

),

chosen as (

    select
        customer_id,
        {{ ignoring_nulls('last_value', 'case when named = 1 then source_customer_id end') }} over all_accounts
            as named_id,
        {{ ignoring_nulls('last_value', 'case when addressed = 1 then source_customer_id end') }} over all_accounts
            as addressed_id,
        last_value(source_customer_id) over all_accounts as newest_id,
        {{ ignoring_nulls('last_value', 'email') }} over all_accounts as email,
        {{ ignoring_nulls('last_value', 'phone') }} over all_accounts as phone,
        {{ ignoring_nulls('last_value', 'birth_date') }} over all_accounts as birth_date,
        row_number() over (partition by customer_id order by source_customer_id) as account_number
    from accounts
    window all_accounts as (
        partition by customer_id
        order by known_from_at, source_customer_id
        rows between unbounded preceding and unbounded following
    )

),

contacts as (

    select
        chosen.customer_id,
        names.first_name,
        names.last_name,
        chosen.email,
        chosen.phone,
        addresses.street_address,
        addresses.postcode,
        addresses.city,
        addresses.country,
        chosen.birth_date
    from chosen
    left join accounts as names
        on coalesce(chosen.named_id, chosen.newest_id) = names.source_customer_id
    left join accounts as addresses
        on coalesce(chosen.addressed_id, chosen.newest_id) = addresses.source_customer_id
    where chosen.account_number = 1

)

select * from contacts
