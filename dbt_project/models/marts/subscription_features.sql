with

-- running contracts at every date; at the run's own date those that have ended as well, measured at their end
contracts as (

    select
        subscriptions.*,
        dates.as_of_date,
        dates.snapshot_role,
        cast(subscriptions.started_at as date) as started_date,
        {{ held_at('dates.as_of_date', 'subscriptions.started_at', 'subscriptions.ended_at') }} as is_active
    from {{ ref('int_snapshot_dates') }} as dates
    inner join {{ ref('stg_subscriptions') }} as subscriptions
        on subscriptions.started_at < dates.as_of_date
        and (
            dates.snapshot_role = 'scoring'
            or {{ held_at('dates.as_of_date', 'subscriptions.started_at', 'subscriptions.ended_at') }}
        )

),

dated as (

    select
        *,
        case when is_active then as_of_date else greatest(started_date, cast(ended_at as date)) end
            as measured_date
    from contracts

),

measured as (

    select
        *,
        {{ whole_months_between('started_date', 'measured_date') }} as tenure_months
    from dated

),

-- joined apart, since an outer join on more than equal keys compares every row with every other
dated_terms as (

    select
        contracts.as_of_date,
        terms.*
    from measured as contracts
    inner join {{ ref('int_subscription_terms') }} as terms
        on contracts.subscription_id = terms.subscription_id
        and {{ held_at('contracts.as_of_date', 'terms.valid_from_at', 'terms.valid_to_at') }}

),

shaped as (

    select
        contracts.subscription_id,
        contracts.customer_id,
        contracts.as_of_date,
        terms.plan_name,
        terms.payment_method,
        terms.attributes,
        contracts.tenure_months,
        terms.term_months,
        cast(terms.monthly_amount as decimal(18, 2)) as monthly_amount,
        -- at an earlier date no export was taken, and a later one would tell how long the contract went on
        case when contracts.snapshot_role = 'scoring' then cast(terms.total_charges_amount as decimal(18, 2)) end
            as total_charges_amount,
        cast(floor(contracts.tenure_months / terms.term_months) as integer) as renewal_count,
        cast(terms.term_months - mod(contracts.tenure_months, terms.term_months) as integer)
            as months_to_term_end,
        customers.order_count_365d as customer_order_count_365d,
        customers.days_since_last_order as customer_days_since_last_order,
        contracts.is_active as is_eligible,
        case when not contracts.is_active then 'the contract has ended' end as ineligible_reason
    from measured as contracts
    left join dated_terms as terms
        on contracts.subscription_id = terms.subscription_id and contracts.as_of_date = terms.as_of_date
    left join {{ ref('customer_features') }} as customers
        on contracts.customer_id = customers.customer_id
        and contracts.as_of_date = customers.as_of_date

)

select * from shaped
