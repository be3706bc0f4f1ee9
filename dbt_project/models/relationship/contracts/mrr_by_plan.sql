{%- set names = [
    'new', 'reactivated', 'expansion', 'moved_in', 'moved_out', 'contraction', 'churned', 'newly_priced',
] -%}

with

changes as (

    select * from {{ ref('int_mrr_plan_changes') }}

),

gone as (

    select
        month,
        customer_id,
        from_plan_name as plan_name,
        sum(moved_mrr_amount) as moved_mrr_amount
    from {{ ref('int_mrr_plan_moves') }}
    group by month, customer_id, from_plan_name

),

come as (

    select
        month,
        customer_id,
        to_plan_name as plan_name,
        sum(moved_mrr_amount) as moved_mrr_amount
    from {{ ref('int_mrr_plan_moves') }}
    group by month, customer_id, to_plan_name

),

joined as (

    select
        changes.month,
        changes.plan_name,
        changes.is_complete_month,
        changes.movement in ('new', 'reactivated', 'churned') as is_whole,
        changes.movement,
        changes.changed_mrr_amount as change,
        changes.opening_mrr_amount,
        changes.closing_mrr_amount,
        changes.newly_priced_mrr_amount,
        coalesce(come.moved_mrr_amount, 0) as moved_in_mrr_amount,
        coalesce(gone.moved_mrr_amount, 0) as moved_out_mrr_amount,
        changes.contract_count,
        case when changes.contract_count > 0 then changes.customer_id end as present_customer_id
    from changes
    left join gone
        on changes.month = gone.month
        and changes.customer_id = gone.customer_id
        and changes.plan_name = gone.plan_name
    left join come
        on changes.month = come.month
        and changes.customer_id = come.customer_id
        and changes.plan_name = come.plan_name

),

-- of who stays, what did not move between plans is more or less of a plan
split as (

    select
        *,
        case when movement = 'new' then change else 0 end as new_mrr_amount,
        case when movement = 'reactivated' then change else 0 end as reactivated_mrr_amount,
        case when movement = 'churned' then -change else 0 end as churned_mrr_amount,
        case when not is_whole then greatest(change, 0) - moved_in_mrr_amount else 0 end as expansion_mrr_amount,
        case when not is_whole then greatest(-change, 0) - moved_out_mrr_amount else 0 end as contraction_mrr_amount
    from joined

),

totalled as (

    select
        month,
        plan_name,
        {%- for name in ['opening'] + names + ['closing'] %}
            cast(sum({{ name }}_mrr_amount) as decimal(18, 2)) as {{ name }}_mrr_amount,
        {%- endfor %}
        cast(count(distinct present_customer_id) as integer) as customer_count,
        cast(sum(contract_count) as integer) as contract_count,
        is_complete_month
    from split
    group by month, plan_name, is_complete_month

)

select * from totalled
