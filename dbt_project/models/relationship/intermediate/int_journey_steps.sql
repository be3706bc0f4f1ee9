with

-- a journey that ends with a purchase
converted as (

    select
        'order:' || order_id as journey_id,
        customer_id,
        channel,
        touch_number as step_number,
        true as is_converted
    from {{ ref('int_order_contacts') }}
    where contact_kind <> 'direct'

),

-- contacts that no purchase followed in time …
idle as (

    select
        contacts.customer_id,
        contacts.contact_number,
        contacts.channel,
        contacts.contacted_at
    from {{ ref('int_contacts') }} as contacts
    left join {{ ref('int_order_contacts') }} as credited
        on contacts.customer_id = credited.customer_id
        and contacts.contact_number = credited.contact_number
    where credited.order_id is null

),

gaps as (

    select
        *,
        lag(contacted_at) over (partition by customer_id order by contact_number) as previous_at
    from idle

),

-- … belong to one journey as long as each lies within the window of the one before
chained as (

    select
        *,
        sum(
            case
                when
                    previous_at
                    > {{ dbt.dateadd('day', -var('attribution_window_days'), 'contacted_at') }}
                    then 0
                else 1
            end
        ) over (
            partition by customer_id order by contact_number
            rows between unbounded preceding and current row
        ) as journey_number
    from gaps

),

-- and have ended without one once the last window has passed
ended as (

    select
        *,
        max(contacted_at) over (partition by customer_id, journey_number) as last_contacted_at
    from chained

),

not_converted as (

    select
        'idle:' || customer_id || ':' || cast(journey_number as {{ dbt.type_string() }}) as journey_id,
        customer_id,
        channel,
        row_number() over (partition by customer_id, journey_number order by contact_number) as step_number,
        false as is_converted
    from ended
    where {{ dbt.dateadd('day', var('attribution_window_days'), 'last_contacted_at') }} <= {{ run_date() }}

),

together as (

    select *
    from converted

    union all

    select *
    from not_converted

)

select * from together
