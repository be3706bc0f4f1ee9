-- What was known of a person from the opening of one account to that of the next. Whoever has one account has one row.
-- Newer accounts correct older ones where they say something; how the person was won the first one says.
with

accounts as (

    select
        *,
        -- an account without a date was always there
        coalesce(registered_at, cast('1900-01-01' as timestamp)) as known_from_at,
        case when has_marketing_consent then 1 when not has_marketing_consent then 0 end as consent
    from {{ ref('stg_customers') }}

),

followed as (

    select
        customer_id,
        known_from_at as valid_from_at,
        lead(known_from_at) over opened as valid_to_at,
        {{ ignoring_nulls('last_value', 'country') }} over so_far as country,
        {{ ignoring_nulls('last_value', 'gender') }} over so_far as gender,
        {{ ignoring_nulls('last_value', 'birth_date') }} over so_far as birth_date,
        {{ ignoring_nulls('first_value', 'acquisition_channel') }} over so_far as acquisition_channel,
        -- each account was paid for
        sum(acquisition_cost_amount) over so_far as acquisition_cost_amount,
        -- one refusal counts for the person
        min(consent) over so_far = 1 as has_marketing_consent,
        min(registered_at) over so_far as registered_at
    from accounts
    window
        opened as (partition by customer_id order by known_from_at, source_customer_id),
        so_far as (
            partition by customer_id
            order by known_from_at, source_customer_id
            rows between unbounded preceding and current row
        )

),

-- two accounts opened at the same moment: the later row knows both
periods as (

    select *
    from followed
    where valid_to_at is null or valid_to_at > valid_from_at

)

select * from periods
