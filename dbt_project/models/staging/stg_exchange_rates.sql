with

newest as (

    {{ newest_version(source('raw', 'exchange_rates'), ['currency', 'rate_date']) }}

),

renamed as (

    select
        -- ids
        {{ as_code('currency') }} as currency,

        -- numerics
        rate,

        -- dates
        rate_date as valid_from_date,
        lead(rate_date) over (partition by {{ as_code('currency') }} order by rate_date) as valid_to_date
    from newest

)

select * from renamed
