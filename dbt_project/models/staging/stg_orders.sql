with

newest as (

    {{ newest_rows_of_persons('orders', ['order_id']) }}

),

renamed as (

    select
        -- ids
        order_id,
        person_id as customer_id,
        source_customer_id,

        -- texts
        order_kind,
        order_status,
        nullif({{ as_code('currency') }}, '') as currency,
        nullif({{ trimmed('country') }}, '') as country,
        sales_channel,

        -- numerics
        order_amount,

        -- timestamps
        ordered_at,
        -- a date of cancellation says as much as the status; without one, the order never stood
        case
            when order_status = 'cancelled' or cancelled_at is not null
                then greatest(coalesce(cancelled_at, ordered_at), ordered_at)
        end as cancelled_at
    from newest

)

select * from renamed
