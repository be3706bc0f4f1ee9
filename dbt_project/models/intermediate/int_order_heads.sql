{{ incremental_by('order_id') }}

with

-- the run knows nothing from its date on: neither orders nor cancellations
known as (

    select
        order_id,
        customer_id,
        order_kind,
        currency,
        country,
        sales_channel,
        ordered_at,
        cast(ordered_at as date) as order_date,
        order_amount,
        -- a credit note says what was given back, with a minus or without
        case when order_kind = 'return' then -abs(order_amount) else order_amount end as stated_amount,
        case when cancelled_at < {{ run_date() }} then cancelled_at end as cancelled_at
    from {{ changed(ref('stg_orders')) }}
    where ordered_at < {{ run_date() }}

),

priced as (

    select
        known.order_id,
        known.customer_id,
        known.order_kind,
        coalesce(known.currency, reporting.currency) as currency,
        known.country,
        known.sales_channel,
        known.ordered_at,
        known.order_date,
        known.order_amount,
        known.stated_amount,
        known.cancelled_at,
        case
            when known.currency is null or known.currency = reporting.currency then cast(1 as decimal(16, 10))
            else rates.rate
        end as exchange_rate
    from known
    cross join {{ ref('int_reporting_currency') }} as reporting
    left join {{ ref('stg_exchange_rates') }} as rates
        on known.currency = rates.currency
        and known.order_date >= rates.valid_from_date
        and (rates.valid_to_date is null or known.order_date < rates.valid_to_date)

)

select * from priced
