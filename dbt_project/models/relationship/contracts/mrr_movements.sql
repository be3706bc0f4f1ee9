{%- set losses = ['contraction', 'churned'] -%}

with

months as (

    {{ mrr_months() }}

),

customers as (

    select
        month,
        sum(opening_mrr_amount) as opening_mrr_amount,
        {%- for movement in mrr_movements_named() %}
            sum(
                case when movement = '{{ movement }}' then {{ '-' if movement in losses }}movement_mrr_amount else 0 end
            )
                as {{ movement }}_mrr_amount,
            count(case when movement = '{{ movement }}' then 1 end) as {{ movement }}_customer_count,
        {%- endfor %}
        sum(newly_priced_mrr_amount) as newly_priced_mrr_amount,
        sum(mrr_amount) as closing_mrr_amount,
        count(case when movement = 'churned' or (is_paying and movement not in ('new', 'reactivated')) then 1 end)
            as opening_customer_count,
        count(case when is_paying then 1 end) as closing_customer_count,
        sum(contract_count) as contract_count,
        sum(unpriced_contract_count) as unpriced_contract_count
    from {{ ref('customer_mrr_months') }}
    group by month

),

-- what customers who paid a year ago pay now, where both are known
after_a_year as (

    select
        cast({{ dbt.dateadd('month', 12, 'former.month') }} as date) as month,
        sum(former.mrr_amount) as former_mrr_amount,
        sum(coalesce(present.mrr_amount, 0)) as present_mrr_amount,
        sum(least(former.mrr_amount, coalesce(present.mrr_amount, 0))) as kept_mrr_amount
    from {{ ref('customer_mrr_months') }} as former
    left join {{ ref('customer_mrr_months') }} as present
        on former.customer_id = present.customer_id
        and present.month = cast({{ dbt.dateadd('month', 12, 'former.month') }} as date)
    where
        former.mrr_amount > 0
        and former.unpriced_contract_count = 0
        and coalesce(present.unpriced_contract_count, 0) = 0
    group by former.month

),

-- begun and over between two ends of months
unseen as (

    select
        {{ month_of('contracts.started_at') }} as month,
        count(*) as unseen_contract_count
    from {{ ref('dim_subscriptions') }} as contracts
    left join {{ ref('contract_mrr_months') }} as seen
        on contracts.subscription_id = seen.subscription_id
    where seen.subscription_id is null
    group by {{ month_of('contracts.started_at') }}

),

joined as (

    select
        months.month,
        months.as_of_date,
        months.is_complete_month,
        {%- for name in ['opening'] + mrr_movements_named() + ['newly_priced', 'closing'] %}
            cast(coalesce(customers.{{ name }}_mrr_amount, 0) as decimal(18, 2)) as {{ name }}_mrr_amount,
        {%- endfor %}
        {%- for name in ['opening'] + mrr_movements_named() + ['closing'] %}
            cast(coalesce(customers.{{ name }}_customer_count, 0) as integer) as {{ name }}_customer_count,
        {%- endfor %}
        cast(coalesce(customers.contract_count, 0) as integer) as contract_count,
        cast(coalesce(customers.unpriced_contract_count, 0) as integer) as unpriced_contract_count,
        cast(coalesce(unseen.unseen_contract_count, 0) as integer) as unseen_contract_count,
        cast(after_a_year.present_mrr_amount as double) / after_a_year.former_mrr_amount
            as net_revenue_retention_12m_share,
        cast(after_a_year.kept_mrr_amount as double) / after_a_year.former_mrr_amount
            as gross_revenue_retention_12m_share
    from months
    left join customers
        on months.month = customers.month
    left join after_a_year
        on months.month = after_a_year.month
    left join unseen
        on months.month = unseen.month

),

opened as (

    select
        *,
        cast(nullif(opening_mrr_amount, 0) as double) as opening_amount,
        cast(nullif(contraction_mrr_amount + churned_mrr_amount, 0) as double) as lost_amount
    from joined

),

shaped as (

    select
        month,
        as_of_date,
        {%- for name in ['opening'] + mrr_movements_named() + ['newly_priced', 'closing'] %}
            {{ name }}_mrr_amount,
        {%- endfor %}
        cast(12 * closing_mrr_amount as decimal(18, 2)) as arr_amount,
        {%- for name in ['opening'] + mrr_movements_named() + ['closing'] %}
            {{ name }}_customer_count,
        {%- endfor %}
        contract_count,
        unpriced_contract_count,
        unseen_contract_count,
        cast(churned_customer_count as double) / nullif(opening_customer_count, 0) as logo_churn_share,
        coalesce(lost_amount, 0) / opening_amount as gross_revenue_churn_share,
        (coalesce(lost_amount, 0) - expansion_mrr_amount - reactivated_mrr_amount) / opening_amount
            as net_revenue_churn_share,
        1 - (coalesce(lost_amount, 0) - expansion_mrr_amount) / opening_amount as net_revenue_retention_share,
        net_revenue_retention_12m_share,
        gross_revenue_retention_12m_share,
        (new_mrr_amount + expansion_mrr_amount + reactivated_mrr_amount) / lost_amount as quick_ratio,
        is_complete_month
    from opened

)

select * from shaped
