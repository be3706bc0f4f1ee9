with

-- unsubscribing is a click in a message, not a visit to the shop
events as (

    select
        event_id,
        customer_id,
        nullif({{ trimmed('session_id') }}, '') as stated_session_id,
        event_type,
        product_code,
        occurred_at
    from {{ ref('stg_events') }}
    where event_type <> 'unsubscribe' and occurred_at < {{ run_date() }}

),

timed as (

    select
        *,
        lag(occurred_at) over (partition by customer_id order by occurred_at, event_id) as previous_at
    from events
    where stated_session_id is null and customer_id is not null

),

visits as (

    select
        *,
        sum(
            case
                when
                    {{ dbt.datediff('previous_at', 'occurred_at', 'second') }}
                    <= 60 * {{ var('session_gap_minutes') }}
                    then 0
                else 1
            end
        ) over (
            partition by customer_id order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as visit_number
    from timed

),

-- who logs in during a session was there from its beginning
in_sessions as (

    select
        event_id,
        first_value(customer_id) over (
            partition by stated_session_id
            order by case when customer_id is null then 1 else 0 end, occurred_at desc, event_id desc
        ) as customer_id,
        stated_session_id as session_id,
        true as is_session_stated,
        event_type,
        product_code,
        occurred_at
    from events
    where stated_session_id is not null

    union all

    select
        event_id,
        customer_id,
        'visit:' || customer_id || ':' || cast(visit_number as {{ dbt.type_string() }}) as session_id,
        false as is_session_stated,
        event_type,
        product_code,
        occurred_at
    from visits

)

select * from in_sessions
