with

-- who they are, what they did and what models say; the contract in the .yml names every column
joined as (

    select
        *,
        {{ run_date() }} as as_of_date,
        {{ decimal_of('churn_probability * value_at_stake_amount', 18, 2) }} as expected_loss_amount,
        cast(total_amount as double) / nullif(cast(acquisition_cost_amount as double), 0) as clv_to_cac_ratio
    from {{ ref('dim_customers') }}
    inner join {{ ref('int_customer_behaviour') }} using (customer_id)
    inner join {{ ref('int_customer_scores') }} using (customer_id)
    left join {{ ref('int_customer_findings') }} using (customer_id)

),

advised as (

    select
        *,
        {{ advice('then', action_rules()) }} as next_best_action_with_consent,
        case when may_be_contacted then {{ advice('then', action_rules()) }} else 'do_not_contact' end
            as next_best_action,
        case
            when may_be_contacted then {{ advice('because', action_rules()) }}
            else {{ advice('because', no_contact_rules()) }}
        end as next_best_action_reason
    from joined

)

select * from advised
