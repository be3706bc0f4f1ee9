{%- set names = {'orders': 'campaign_incremental_order_count', 'spend': 'campaign_incremental_net_amount'} %}

with

totals as (

    select
        *,
        cast(segment as date) as month,
        cast(cost_amount as double) as cost
    from {{ ref('int_campaign_totals') }}
    where dimension = 'month'

),

-- on margin where it is known of all campaigns of the month, otherwise on the net amount
returned as (

    select
        *,
        row_number() over (
            partition by month
            order by campaign_count desc, outcome
        ) as basis_rank
    from totals
    where
        outcome in ('margin', 'spend')
        and costed_campaign_count = campaign_count
        and cost_amount > 0

),

figures as (

    {% for outcome, name in names.items() %}
    select
        month,
        '{{ name }}' as name,
        incremental_total as value,
        lower_incremental_total as lower_value,
        upper_incremental_total as upper_value
    from totals
    where outcome = '{{ outcome }}'

    union all
    {% endfor %}
    select
        month,
        'campaign_roi' as name,
        (incremental_total - cost) / cost as value,
        (lower_incremental_total - cost) / cost as lower_value,
        (upper_incremental_total - cost) / cost as upper_value
    from returned
    where basis_rank = 1

    union all

    select
        {{ month_of('started_at') }} as month,
        'campaign_contact_cost_amount' as name,
        cast(sum(stated_contact_cost_amount) as double) as value,
        cast(null as double) as lower_value,
        cast(null as double) as upper_value
    from {{ ref('int_campaigns') }}
    where stated_contact_cost_amount is not null
    group by {{ month_of('started_at') }}

)

select * from figures
