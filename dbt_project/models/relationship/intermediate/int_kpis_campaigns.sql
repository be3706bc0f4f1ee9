{%- set names = {'orders': 'campaign_incremental_order_count', 'spend': 'campaign_incremental_net_amount'} %}
{%- set total = ['incremental_total', 'lower_incremental_total', 'upper_incremental_total'] %}

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

contact_costs as (

    select
        {{ month_of('started_at') }} as month,
        sum(stated_contact_cost_amount) as contact_cost_amount
    from {{ ref('int_campaigns') }}
    where stated_contact_cost_amount is not null
    group by {{ month_of('started_at') }}

),

figures as (

    {% for outcome, name in names.items() %}
        {{ kpi_figures('totals', {name: total}, where="outcome = '" ~ outcome ~ "'") }}

        union all
    {% endfor %}

    {{ kpi_figures('returned', {'campaign_roi': [
        '(incremental_total - cost) / cost',
        '(lower_incremental_total - cost) / cost',
        '(upper_incremental_total - cost) / cost',
    ]}, where='basis_rank = 1') }}

    union all

    {{ kpi_figures('contact_costs', {'campaign_contact_cost_amount': 'contact_cost_amount'}) }}

)

select * from figures
