{%- set dated = ['plan_name', 'monthly_amount', 'term_months'] -%}
{%- set undated = ['payment_method', 'attributes'] -%}

with

versions as (

    select
        *,
        {%- for name in dated + undated %}
            lag({{ name }}) over in_order as former_{{ name }},
        {%- endfor %}
        lag(arrived_at) over in_order as former_arrived_at
    from {{ ref('stg_subscription_versions') }}
    window in_order as (partition by subscription_id order by version_number)

),

changes as (

    select * from {{ ref('stg_subscription_changes') }}

),

-- what the source dates itself between the arrival of a version and that of the one before
compared as (

    select
        {%- for name in dated %}
            count(changes.{{ name }}) as {{ name }}_change_count,
            count(case when changes.{{ name }} = versions.{{ name }} then 1 end) as {{ name }}_repeat_count,
        {%- endfor %}
        versions.subscription_id,
        versions.version_number
    from versions
    left join changes
        on versions.subscription_id = changes.subscription_id
        and versions.arrived_at >= changes.changed_at
        and (versions.former_arrived_at is null or versions.former_arrived_at < changes.changed_at)
    group by versions.subscription_id, versions.version_number

),

happenings as (

    select ordered_at as happened_at
    from {{ ref('stg_orders') }}

    union all

    select started_at as happened_at
    from versions
    where started_at <= arrived_at

    union all

    select ended_at as happened_at
    from versions
    where ended_at <= arrived_at

),

-- the run's date is the present if nothing is known to have happened from then on: then the newest version holds
present as (

    select
        case
            when max(happened_at) < {{ run_date() }} then {{ run_date() }}
        end as present_date
    from happenings

),

arrived as (

    select
        versions.*,
        {%- for name in dated %}
            compared.{{ name }}_change_count,
            compared.{{ name }}_repeat_count,
        {%- endfor %}
        least(
            cast(versions.arrived_at as date), coalesce(present.present_date, cast(versions.arrived_at as date))
        ) as told_date
    from versions
    inner join compared
        on versions.subscription_id = compared.subscription_id
        and versions.version_number = compared.version_number
    cross join present

),

-- The first version holds from the start, save what the source says has become so by a change since. A later one speaks
-- of what it says anew, save where the source dates a change itself; and of the day before it came, for that was over.
-- Charges are of the day they were stated.
stated as (

    select
        subscription_id,
        cast('1900-01-01' as timestamp) as stated_at,
        0 as is_change,
        0 as version_number,
        {%- for name in dated %}
            {{ name }},
            {{ name }}_repeat_count = 0 as says_{{ name }},
        {%- endfor %}
        {%- for name in undated %}
            {{ name }},
            true as says_{{ name }},
        {%- endfor %}
        cast(null as decimal(18, 2)) as total_charges_amount,
        false as says_total_charges_amount
    from arrived
    where version_number = 1

    union all

    select
        subscription_id,
        cast({{ date_plus_days('told_date', -1) }} as timestamp) as stated_at,
        0 as is_change,
        version_number,
        {%- for name in dated %}
            {{ name }},
            version_number > 1
            and {{ name }}_change_count = 0
            and {{ differs(name, 'former_' ~ name) }} as says_{{ name }},
        {%- endfor %}
        {%- for name in undated %}
            {{ name }},
            version_number > 1 and {{ differs(name, 'former_' ~ name) }} as says_{{ name }},
        {%- endfor %}
        total_charges_amount,
        true as says_total_charges_amount
    from arrived

    union all

    select
        subscription_id,
        changed_at as stated_at,
        1 as is_change,
        0 as version_number,
        {%- for name in dated %}
            {{ name }},
            {{ name }} is not null as says_{{ name }},
        {%- endfor %}
        {%- for name in undated %}
            cast(null as {{ dbt.type_string() }}) as {{ name }},
            false as says_{{ name }},
        {%- endfor %}
        cast(null as decimal(18, 2)) as total_charges_amount,
        false as says_total_charges_amount
    from changes

)

select * from stated
