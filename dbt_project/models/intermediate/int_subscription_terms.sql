{%- set names = [
    'plan_name', 'monthly_amount', 'term_months', 'payment_method', 'attributes', 'total_charges_amount',
] -%}

with

-- how often each column has been spoken of so far: what was said last holds
followed as (

    select
        *,
        {%- for name in names %}
            count(case when says_{{ name }} then 1 end) over so_far as {{ name }}_number,
        {%- endfor %}
        stated_at as valid_from_at,
        lead(stated_at) over stated_in_order as valid_to_at
    from {{ ref('int_subscription_statements') }}
    window
        stated_in_order as (partition by subscription_id order by stated_at, is_change, version_number),
        so_far as (
            partition by subscription_id
            order by stated_at, is_change, version_number
            rows between unbounded preceding and current row
        )

),

held as (

    select
        {%- for name in names %}
            max(case when says_{{ name }} then {{ name }} end)
                over (partition by subscription_id, {{ name }}_number)
                as {{ name }},
        {%- endfor %}
        subscription_id,
        valid_from_at,
        valid_to_at
    from followed

),

-- of what is said at the same moment the last word stands
periods as (

    select *
    from held
    where valid_to_at is null or valid_to_at > valid_from_at

)

select * from periods
