-- Where the source names none, it is the currency of most orders.
with

counted as (

    select
        currency,
        count(*) as order_count
    from {{ ref('stg_orders') }}
    where currency is not null and ordered_at < {{ run_date() }}
    group by currency

),

ranked as (

    select
        currency,
        row_number() over (order by order_count desc, currency) as currency_rank
    from counted

),

settled as (

    select coalesce(nullif({{ as_code('settings.reporting_currency') }}, ''), ranked.currency) as currency
    from {{ source('state', 'source_settings') }} as settings
    left join ranked
        on ranked.currency_rank = 1

)

select * from settled
